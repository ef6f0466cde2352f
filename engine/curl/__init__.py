"""cURL commands: one pasted becomes a step, and a logged request becomes one."""
