/** What a field of a form takes. `json`: anything that has no simpler field. */
export type FieldType = "text" | "number" | "integer" | "boolean" | "choice" | "list" | "json";

/** One property of a payload as a field of a form. */
export interface Field {
  name: string;
  type: FieldType;
  label: string;
  description: string | undefined;
  required: boolean;
  /** Of a choice: what there is to choose from, as JSON text of each value. */
  choices: readonly string[];
  min: number | undefined;
  max: number | undefined;
  /** What it holds at first, as the field's text. */
  initial: string;
}

type Schema = Record<string, unknown>;

/**
 * The fields of a payload by its JSON Schema: strings, numbers, whole numbers, booleans, enums and lists of strings have fields
 * of their own, any other property one of JSON. Undefined when the payload as a whole can only be written as JSON.
 */
export function fieldsOf(schema: unknown): Field[] | undefined {
  if (!isSchema(schema) || schema.type !== "object") return undefined;
  // Said about the whole, and not about one property: fields could not show it.
  if (["oneOf", "anyOf", "allOf", "$ref", "if", "patternProperties"].some((word) => word in schema)) return undefined;
  const properties = isSchema(schema.properties) ? schema.properties : {};
  if (Object.keys(properties).length === 0 && schema.additionalProperties !== false) return undefined;
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(properties)
    .map(([name, property]) => fieldOf(name, isSchema(property) ? property : {}, required.includes(name)))
    .sort((a, b) => Number(b.required) - Number(a.required));
}

function fieldOf(name: string, schema: Schema, required: boolean): Field {
  const type = typeOf(schema);
  return {
    name,
    type,
    label: text(schema.title) ?? name,
    description: text(schema.description),
    required,
    choices: type === "choice" ? (schema.enum as unknown[]).map((value) => JSON.stringify(value)) : [],
    min: number(schema.minimum) ?? number(schema.exclusiveMinimum),
    max: number(schema.maximum) ?? number(schema.exclusiveMaximum),
    initial: "default" in schema ? textOf(type, schema.default) : "",
  };
}

function typeOf(schema: Schema): FieldType {
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return "choice";
  switch (schema.type) {
    case "string":
      return "text";
    case "number":
    case "integer":
    case "boolean":
      return schema.type;
    case "array":
      return isSchema(schema.items) && schema.items.type === "string" && !("enum" in schema.items) ? "list" : "json";
    default:
      return "json";
  }
}

/** A value as the text of its field. */
function textOf(type: FieldType, value: unknown): string {
  if (type === "text" && typeof value === "string") return value;
  if (type === "list" && Array.isArray(value)) return value.join("\n");
  return JSON.stringify(value) ?? "";
}

const NOUNS: Record<FieldType, string> = {
  text: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "yes or no",
  choice: "one of its choices",
  list: "a list",
  json: "JSON",
};

/** The payload that filled fields mean, or what is wrong with one of them. A field left empty is left out. */
export function payloadOf(
  fields: readonly Field[],
  values: Readonly<Record<string, string>>,
): { payload: Record<string, unknown> } | { fault: string } {
  const payload: Record<string, unknown> = {};
  for (const { name, type, required, label } of fields) {
    const value = values[name] ?? "";
    if (value === "" && !(required && (type === "list" || type === "text"))) continue;
    if (type === "text") payload[name] = value;
    else if (type === "list") payload[name] = value === "" ? [] : value.split("\n");
    else {
      const parsed = parse(value);
      if (parsed === undefined) return { fault: `${label} is not ${NOUNS[type]}.` };
      payload[name] = parsed.value;
    }
  }
  return { payload };
}

/** A payload written as JSON, or what is wrong with it. */
export function payloadOfJson(json: string): { payload: unknown } | { fault: string } {
  const parsed = parse(json.trim() === "" ? "{}" : json);
  return parsed === undefined ? { fault: "The payload is not JSON." } : { payload: parsed.value };
}

function parse(json: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(json) };
  } catch {
    return undefined;
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
