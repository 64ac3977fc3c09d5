/** What a snapshot must never carry, whatever text it came in: each rule keeps what helps and hides the value. */
const RULES: readonly [RegExp, string][] = [
  // The password in a URL, up to the last @ before a path or a blank.
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*):[^\s/?#]*@/gi, "$1:[redacted]@"],
  [/\bsb_(publishable|secret)_[A-Za-z0-9_-]+/g, "sb_$1_[redacted]"],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, "[redacted token]"],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|AKIA)[A-Za-z0-9_-]{12,}/g, "[redacted key]"],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, "[redacted private key]"],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, "$1 [redacted]"],
  [
    /((?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|access[_-]?key|credential)s?["']?\s*[:=]\s*["']?)(?!\[redacted)[^\s"',;&]+/gi,
    "$1[redacted]",
  ],
];

/** The text without secrets: passwords in URLs, API keys, tokens, private keys, and values of fields that are named so. */
export function redact(text: string): string {
  return RULES.reduce((kept, [pattern, replacement]) => kept.replace(pattern, replacement), text);
}

const SECRET_FIELD = /^(?:.*[_-])?(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|access[_-]?key|credentials?)$/i;

/** As {@link redact}, through every text of a value; a field with a secret's name loses its value whatever it is. */
export function redactDeep(value: unknown): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map(redactDeep);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      // A lease's token is a number: an id, and no secret.
      SECRET_FIELD.test(key) && typeof inner === "string" ? "[redacted]" : redactDeep(inner),
    ]),
  );
}
