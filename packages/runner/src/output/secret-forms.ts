/** One byte sequence that must not be stored, and the variable it comes from. */
export interface SecretForm {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Values shorter than this are not redacted. One to three characters ("1", "yes", "dev") occur everywhere: replacing them
 * would ruin the output and hide nothing, because whoever sees the gaps can count the letters. A real secret is longer.
 */
export const leastSecretLength = 4;
// The middle of a base64 text is compared only when it is long enough not to occur by chance.
const leastEmbeddedLength = 8;

/** All the forms in which the values are looked for: as they are, base64, URL-encoded, JSON-escaped, as a terminal shows them. */
export function secretForms(values: Readonly<Record<string, string>>): SecretForm[] {
  const forms = new Map<string, SecretForm>();
  for (const [name, value] of Object.entries(values)) {
    if (Buffer.byteLength(value) < leastSecretLength) continue;
    for (const bytes of formsOf(value)) {
      const key = bytes.toString("latin1");
      if (bytes.length >= leastSecretLength && !forms.has(key)) forms.set(key, { name, bytes });
    }
  }
  return [...forms.values()];
}

function formsOf(value: string): Buffer[] {
  const texts = [value, ...jsonForms(value), ...urlForms(value), ...base64Forms(value)];
  const bytes = texts.map((text) => Buffer.from(text));
  // A pty turns every line feed of a value of several lines into carriage return and line feed.
  if (value.includes("\n")) bytes.push(Buffer.from(value.replace(/\r?\n/g, "\r\n")), Buffer.from(value.trimEnd()));
  return bytes;
}

function jsonForms(value: string): string[] {
  const plain = JSON.stringify(value).slice(1, -1);
  const ascii = plain.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return [plain, ascii, plain.replaceAll("/", "\\/")];
}

function urlForms(value: string): string[] {
  const wellFormed = value.toWellFormed();
  const component = encodeURIComponent(wellFormed);
  const strict = component.replace(/[!'()*~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams([["", wellFormed]]).toString().slice(1);
  const upper = [component, strict, form, strict.replaceAll("%20", "+")];
  return [...upper, ...upper.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))];
}

// Base64 of a text that merely contains the secret (user:password of an HTTP header, echo with its line feed) depends on
// where the secret stands in it, modulo three: of each of the three, the characters that the secret alone determines.
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const forms = [bytes.toString("base64"), bytes.toString("base64url")];
  if (bytes.length < leastEmbeddedLength) return forms;
  for (const before of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const from = Math.ceil((before * 8) / 6);
    const to = Math.floor(((before + bytes.length) * 8) / 6);
    const own = text.slice(from, to);
    forms.push(own, own.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return forms;
}
