/** Gives the parts of a form their behaviour. */

import { attachAlternatives } from "./alternatives.js";
import { attachJson } from "./body.js";
import { attachCodes } from "./codes.js";
import { attachCompletion } from "./completion.js";
import { attachCurl } from "./curl_paste.js";
import { attachDurations } from "./duration.js";
import { attachExplanations } from "./explaining.js";
import { attachHookPath } from "./hook_path.js";
import { attachMeanings } from "./meanings.js";
import { attachMoments } from "./moment.js";
import { attachNode } from "./node.js";
import { attachRows } from "./rows.js";
import { attachSecretNames } from "./secret_name.js";
import { attachSizes } from "./sizes.js";
import { attachSwitching } from "./switching.js";
import { attachTemplateFields } from "./template_field.js";
import { attachTimeZones } from "./time_zone.js";
import { attachVariants } from "./variants.js";

const INPUTS = [attachCompletion, attachTemplateFields, attachSwitching, attachJson];
const FIELDS = [
  attachAlternatives,
  attachCodes,
  attachDurations,
  attachExplanations,
  attachHookPath,
  attachMeanings,
  attachMoments,
  attachSecretNames,
  attachSizes,
  attachTimeZones,
  attachVariants,
  attachCurl,
];

/**
 * @param {import("./form.js").Form} form
 * @param {Element} part a field, or what a form has beside its fields
 */
export function enliven(form, part) {
  if (!part.matches("[data-field]")) {
    attachNode(form, part);
    return;
  }
  for (const attach of [...INPUTS, ...FIELDS]) attach(form, part);
  attachNode(form, part);
  attachRows(form, part, (row) => INPUTS.forEach((attach) => attach(form, row)));
}
