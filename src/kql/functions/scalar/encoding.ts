/** Encodings and hashes. */
import type { KqlType } from "../../../base/column.js";
import { docs, fn, stringRow, text, value } from "../build.js";
import { once } from "../once.js";
import { convert } from "../convert.js";
import type { EmitContext, ScalarFunction, SqlExpr } from "../spec.js";

const str = (e: SqlExpr | undefined, context: EmitContext): string =>
  e === undefined ? "''" : convert(e, "string", context).sql;

/** One string in, a string out, in JavaScript. */
function udf(page: string, name: string): ScalarFunction {
  return {
    nulls: "empty-string",
    doc: fn(page),
    emit: ([e], _type, context) => text(context.callUdf(name, [str(e, context)])),
  };
}

function json(page: string, name: string): ScalarFunction {
  return {
    nulls: "custom",
    doc: fn(page),
    emit: ([e], _type, context) => value("dynamic", context.callUdf(name, [str(e, context)])),
  };
}

const compressed = (page: string, name: string): ScalarFunction => ({
  ...udf(page, name),
  doc: fn(page).replace(/-function$/, ""),
  differs: "Text that would unpack to more than 16 MB gives ''.",
});

/** MD5, SHA-1 and SHA-256 of the UTF-8 of the value's text. */
function digest(page: string, name: string): ScalarFunction {
  return { nulls: "empty-string", doc: fn(page), emit: ([e], _type, context) => text(`${name}(${str(e, context)})`) };
}

/** xxHash64 of a string's UTF-8 or of the eight bytes of a whole number or a time. */
const hashRow: ScalarFunction = {
  nulls: "propagate",
  doc: fn("hash"),
  differs:
    "With a modulus the hash counts as unsigned (the page only says that the result is not negative). " +
    "Of int, bool, real, decimal and guid the page does not say which bytes are hashed: their numbers are not Kusto's.",
  emit: ([e, mod], _type, context) => {
    if (e === undefined) return context.refuse("hash without an argument");
    const hash = hashOf(e, context);
    if (mod === undefined) return value("long", hash);
    const by = convert(mod, "long", context).sql;
    return value(
      "long",
      once(
        [hash, by],
        (h = "", m = "") =>
          `case when ${m} > 0 then (((case when ${h} < 0 then ${h}::HUGEINT + 18446744073709551616 else ${h}::HUGEINT end)) % ${m})::BIGINT end`,
      ),
    );
  },
};

/** The eight bytes of a whole number or a time; of other types the text. */
function hashOf(e: SqlExpr, context: EmitContext): string {
  const ticks: Partial<Record<KqlType, string>> = {
    int: `${e.sql}::BIGINT`,
    bool: `${e.sql}::BIGINT`,
    long: e.sql,
    timespan: e.sql,
    datetime: `k_ticks(${e.sql})`,
  };
  const number = ticks[e.type];
  if (number !== undefined) return context.callUdf("ku_xxhash64_long", [number]);
  const hash = context.callUdf("ku_xxhash64_text", [str(e, context)]);
  return e.type === "string" || e.type === "dynamic" ? hash : `case when ${e.sql} is not null then ${hash} end`;
}

/** One hash of several, in their order; a null among them counts as 0. */
function combined(hashes: readonly string[], context: EmitContext): SqlExpr {
  return value("long", context.callUdf("ku_hash_combine", [`to_json([${hashes.join(", ")}])::VARCHAR`]), true);
}

const combineDiffers = "How Kusto combines hashes is not documented: the numbers are not Kusto's.";

/** Nulls among the numbers are passed over. */
const fromCodePoints: ScalarFunction = {
  nulls: "custom",
  doc: fn("unicode-codepoints-to-string"),
  emit: (args, _type, context) => {
    const items = args.map(a => convert(a, "dynamic", context).sql);
    return text(context.callUdf("ku_codepoints_to_string", [`to_json([${items.join(", ")}])::VARCHAR`]));
  },
};

const decodeText = udf("base64-decode-tostring", "ku_base64_decode_tostring");
const encodeText = stringRow(fn("base64-encode-tostring"), (s = "") => `to_base64(encode(${s}))`);

export const encodingFunctions: Readonly<Record<string, ScalarFunction>> = {
  base64_decode_tostring: decodeText,
  base64_decodestring: decodeText,
  base64_encode_tostring: encodeText,
  base64_encodestring: encodeText,
  base64_decode_toarray: json("base64-decode-toarray", "ku_base64_decode_toarray"),
  base64_decode_toguid: {
    nulls: "propagate",
    doc: fn("base64-decode-toguid"),
    emit: ([e], _type, context) =>
      value("guid", `try_cast(${context.callUdf("ku_base64_decode_toguid", [str(e, context)])} as UUID)`),
  },
  base64_encode_fromguid: {
    nulls: "empty-string",
    doc: fn("base64-encode-fromguid"),
    emit: ([e], _type, context) =>
      text(
        `coalesce(${context.callUdf("ku_base64_encode_fromguid", [`${convert(e as SqlExpr, "guid", context).sql}::VARCHAR`])}, '')`,
      ),
  },
  base64_encode_fromarray: {
    nulls: "empty-string",
    doc: fn("base64-encode-fromarray"),
    emit: ([e], _type, context) =>
      text(
        `coalesce(${context.callUdf("ku_base64_encode_fromarray", [`${convert(e as SqlExpr, "dynamic", context).sql}::VARCHAR`])}, '')`,
      ),
  },
  url_encode: udf("url-encode", "ku_url_encode"),
  url_encode_component: udf("url-encode-component", "ku_url_encode_component"),
  url_decode: udf("url-decode", "ku_url_decode"),
  gzip_decompress_from_base64_string: compressed("gzip-base64-decompress", "ku_gzip_decompress"),
  gzip_compress_to_base64_string: {
    ...udf("gzip-base64-compress", "ku_gzip_compress"),
    doc: docs("gzip-base64-compress"),
  },
  zlib_compress_to_base64_string: udf("zlib-base64-compress", "ku_zlib_compress"),
  zlib_decompress_from_base64_string: udf("zlib-base64-decompress", "ku_zlib_decompress"),
  punycode_from_string: udf("punycode-from-string", "ku_punycode_from_string"),
  punycode_to_string: udf("punycode-to-string", "ku_punycode_to_string"),
  punycode_domain_from_string: udf("punycode-domain-from-string", "ku_punycode_domain_from_string"),
  punycode_domain_to_string: udf("punycode-domain-to-string", "ku_punycode_domain_to_string"),
  hash_md5: digest("hash-md5", "md5"),
  hash_sha1: digest("hash-sha1", "sha1"),
  hash_sha256: digest("hash-sha256", "sha256"),
  hash: hashRow,
  hash_combine: {
    nulls: "custom",
    doc: fn("hash-combine"),
    differs: combineDiffers,
    emit: (args, _type, context) =>
      combined(
        args.map(a => convert(a, "long", context).sql),
        context,
      ),
  },
  hash_many: {
    nulls: "custom",
    doc: fn("hash-many"),
    differs: combineDiffers,
    emit: (args, _type, context) =>
      combined(
        args.map(a => hashOf(a, context)),
        context,
      ),
  },
  hash_xxhash64: { ...hashRow, doc: fn("hash-xxhash64") },
  unicode_codepoints_from_string: json("unicode-codepoints-from-string", "ku_codepoints_from_string"),
  to_utf8: json("unicode-codepoints-from-string", "ku_codepoints_from_string"),
  unicode_codepoints_to_string: fromCodePoints,
  make_string: fromCodePoints,
};
