/** The graph library: one UMD file, which as a module leaves its name in the global object. */

import "../../vendor/x6.min.js";

export const X6 = globalThis.X6;
