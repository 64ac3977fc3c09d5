const PLACEHOLDER = /\{\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\}\}/g;

/** One argument of a profile with every `{{name}}` replaced by its value: it stays one argument, whatever the value is. */
export function fillTemplate(template: string, value: (name: string) => string): string {
  return template.replace(PLACEHOLDER, (_placeholder, name: string) => value(name));
}
