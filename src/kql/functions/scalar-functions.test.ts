/** What every scalar function gives, on real DuckDB: with constants (which may fold) and with columns (which do not). */
import { expect, test } from "vitest";
import {
  b,
  call,
  column,
  d,
  dec,
  dt,
  evaluate,
  guid,
  i32,
  json,
  n,
  r,
  s,
  ts,
} from "../../../test/kql-functions/harness.js";
import { expectText, of, string, withConstants, type Arg, type Spec } from "../../../test/kql-functions/cases.js";
import { sketchSpecs } from "../../../test/kql-functions/sketch-cases.js";
import { scalarFunctions } from "./index.js";

const ip = "192.168.1.1";
const log = "05:04:54 127.0.0.1 GET /favicon.ico 404";
const hundred = [23, 46, 23, 87, 4, 8, 3, 75, 2, 56, 13, 75, 32, 16, 29];

const specs: Readonly<Record<string, Spec>> = {
  ...sketchSpecs,

  // Conditions, nulls, types.
  iff: of(
    "string",
    [[b(true), s("a"), s("b")], "a"],
    [[b(false), s("a"), s("b")], "b"],
    [[b(null), s("a"), s("b")], "b"],
  ),
  iif: of("real", [[b(true), n(1), r(2.5)], "1.0"]),
  case: of(
    "string",
    [[b(false), s("x"), b(null), s("y"), s("z")], "z"],
    [[b(false), s("x"), b(true), s("y"), s("z")], "y"],
  ),
  coalesce: of("long", [[n(null), n(42), n(33)], "42"], [[n(null), n(null)], null]),
  max_of: of("long", [[n(10), n(1), n(-3), n(17)], "17"], [[n(null), n(2)], "2"], [[n(null), n(null)], null]),
  min_of: of("long", [[n(10), n(1), n(-3)], "-3"], [[n(2), n(null)], "2"]),
  not: of("bool", [[b(true)], "False"], [[b(false)], "True"], [[b(null)], null]),
  isnull: of(
    "bool",
    [[n(null)], "True"],
    [[n(1)], "False"],
    [[s("")], "False"],
    [[d(null)], "True"],
    [[d([])], "False"],
  ),
  isnotnull: of("bool", [[n(null)], "False"], [[s("")], "True"]),
  notnull: of("bool", [[r(1)], "True"]),
  isempty: of(
    "bool",
    [[s("")], "True"],
    [[s("x")], "False"],
    [[d(null)], "True"],
    [[d([])], "False"],
    [[n(null)], "True"],
  ),
  isnotempty: of("bool", [[s("")], "False"], [[n(5)], "True"], [[d(null)], "False"]),
  notempty: of("bool", [[s("x")], "True"]),
  tostring: string(
    [[b(true)], "True"],
    [[n(-5)], "-5"],
    [[r(1)], "1.0"],
    [[r(0.1)], "0.1"],
    [[r(Number.NaN)], "NaN"],
    [[r(Number.NEGATIVE_INFINITY)], "-Infinity"],
    [[dec("1.50")], "1.5"],
    [[dt("2017-01-29 09:00:05")], "2017-01-29T09:00:05.0000000Z"],
    [[dt("0001-01-01")], "0001-01-01T00:00:00.0000000Z"],
    [[ts("1.02:03:04.5")], "1.02:03:04.5000000"],
    [[ts("-00:00:01")], "-00:00:01"],
    [[guid("AE3133F2-6e22-49ae-b06a-16e6a9b212eb")], "ae3133f2-6e22-49ae-b06a-16e6a9b212eb"],
    [[d("text")], "text"],
    [[d({ a: [1, "b"] })], '{"a":[1,"b"]}'],
    [[d(true)], "true"],
    [[d(null)], ""],
    [[n(null)], ""],
    [[ts(null)], ""],
    [[dt(null)], ""],
    [[r(null)], ""],
    [[b(null)], ""],
  ),
  toint: of(
    "int",
    [[s("123")], "123"],
    [[r(2.3)], "2"],
    [[r(-2.9)], "-2"],
    [[s("x")], null],
    [[n(4294967296)], null],
    [[b(true)], "1"],
  ),
  tolong: of(
    "long",
    [[s("123")], "123"],
    [[s(" -7 ")], "-7"],
    [[s("1.7")], null],
    [[s("0x1F")], "31"],
    [[s("")], null],
    [[s("1_000")], null],
    [[s("9223372036854775807")], "9223372036854775807"],
    [[s("9223372036854775808")], null],
    [[d(5)], "5"],
    [[d("5")], "5"],
    [[json("1.7")], "1"],
    [[dt("0001-01-01T00:00:01")], "10000000"],
  ),
  toreal: of(
    "real",
    [[s("1.5")], "1.5"],
    [[s("1e3")], "1000.0"],
    [[s("1,5")], null],
    [[s("NaN")], "NaN"],
    [[n(3)], "3.0"],
    [[d("2.5")], "2.5"],
  ),
  todouble: of("real", [[s(".5")], "0.5"], [[s("1_0")], null], [[s("")], null]),
  todecimal: of("decimal", [[s("123.45678")], "123.45678"], [[s("x")], null], [[n(7)], "7"]),
  tobool: of(
    "bool",
    [[s("true")], "True"],
    [[s("FALSE")], "False"],
    [[s("yes")], null],
    [[n(123)], "True"],
    [[n(0)], "False"],
    [[d(true)], "True"],
  ),
  toboolean: of("bool", [[s("1")], "True"], [[s("")], null]),
  todatetime: of(
    "datetime",
    [[s("2015-12-31 23:59:59.9")], "2015-12-31T23:59:59.9000000Z"],
    [[s("12-02-2022")], "2022-12-02T00:00:00.0000000Z"],
    [[s("2014-05-25T08:20:03.123456Z")], "2014-05-25T08:20:03.1234560Z"],
    [[s("2014-05-25T08:20:03+02:00")], "2014-05-25T06:20:03.0000000Z"],
    [[s("Sat, 8 Nov 14 15:05:02 GMT")], "2014-11-08T15:05:02.0000000Z"],
    [[s("Saturday, 08-Nov-14 15:05:02 UTC")], "2014-11-08T15:05:02.0000000Z"],
    [[s("1/23/2024 4:05:06 PM")], "2024-01-23T16:05:06.0000000Z"],
    [[s("2014-02-30")], null],
    [[s("infinity")], null],
    [[s("")], null],
    [[d("2015-01-01")], "2015-01-01T00:00:00.0000000Z"],
  ),
  totimespan: of(
    "timespan",
    [[s("0.00:03:00")], "00:03:00"],
    [[s("1.02:03:04.5")], "1.02:03:04.5000000"],
    [[s("x")], null],
    [[s("24:00:00")], null],
  ),
  totime: of("timespan", [[s("-01:00")], "-01:00:00"]),
  toguid: of(
    "guid",
    [[s("0123456789abcdef0123456789abcdef")], "01234567-89ab-cdef-0123-456789abcdef"],
    [[s("0123456789ab-cdef-0123-456789abcdef")], "01234567-89ab-cdef-0123-456789abcdef"],
    [[s("a string that is not a guid")], null],
  ),
  parse_json: of(
    "dynamic",
    [[s('{"a": 1, "b": "x"}')], '{"a":1,"b":"x"}'],
    [[s("")], null],
    [[s("no json")], "no json"],
    [[s("12345678901234567890")], "12345678901234567890"],
    [[d("[1]")], "[1]"],
  ),
  parsejson: of("dynamic", [[s("[1, 2]")], "[1,2]"]),
  todynamic: of("dynamic", [[s('"x"')], "x"]),
  toobject: of("dynamic", [[s("true")], "true"]),
  gettype: string(
    [[s("a")], "string"],
    [[n(1)], "long"],
    [[d([1])], "array"],
    [[d({ a: 1 })], "dictionary"],
    [[d(null)], "null"],
    [[d("x")], "string"],
    [[ts("1d")], "timespan"],
  ),
  isnan: of("bool", [[r(Number.NaN)], "True"], [[r(1)], "False"]),
  isinf: of("bool", [[r(Number.POSITIVE_INFINITY)], "True"], [[r(0)], "False"]),
  isfinite: of("bool", [[r(0)], "True"], [[r(Number.NaN)], "False"]),
  around: of(
    "bool",
    [[n(5), n(4), n(1)], "True"],
    [[n(6), n(4), n(1)], "False"],
    [[dt("2020-01-02"), dt("2020-01-01"), ts("1d")], "True"],
  ),

  // Numbers.
  abs: of("long", [[n(-5)], "5"], [[r(-6.5)], "6.5"], [[ts("-01:00")], "01:00:00"]),
  acos: of("real", [[r(1)], "0.0"], [[r(2)], null]),
  asin: of("real", [[r(0)], "0.0"], [[r(-2)], null]),
  atan: of("real", [[r(0)], "0.0"]),
  atan2: of("real", [[r(0), r(1)], "0.0"]),
  bin: of(
    "real",
    [[r(4.5), n(1)], "4.0"],
    [[n(-5), n(2)], "-6"],
    [[ts("16d"), ts("7d")], "14.00:00:00"],
    [[dt("1970-05-11 13:45:07"), ts("1d")], "1970-05-11T00:00:00.0000000Z"],
    // Bins are counted from year 1, which began on a Monday.
    [[dt("2007-01-03"), ts("7d")], "2007-01-01T00:00:00.0000000Z"],
    [[n(5), n(-1)], null],
  ),
  floor: of("real", [[r(2.75), r(0.5)], "2.5"]),
  bin_at: of(
    "real",
    [[r(6.5), r(2.5), n(7)], "4.5"],
    [[ts("1h"), ts("1d"), ts("12h")], "-12:00:00"],
    [[dt("2017-05-17 10:20"), ts("7d"), dt("2017-06-04")], "2017-05-14T00:00:00.0000000Z"],
  ),
  binary_and: of("long", [[n(5), n(3)], "1"]),
  binary_not: of("long", [[n(0)], "-1"]),
  binary_or: of("long", [[n(5), n(3)], "7"]),
  binary_xor: of("long", [[n(5), n(3)], "6"]),
  binary_shift_left: of(
    "long",
    [[n(1), n(2)], "4"],
    [[n(1), n(63)], "-9223372036854775808"],
    [[n(1), n(64)], "1"],
    [[n(1), n(-1)], null],
    [[n(-1), n(1)], "-2"],
  ),
  binary_shift_right: of(
    "long",
    [[n(1), n(2)], "0"],
    [[n(-8), n(1)], "-4"],
    [[n(8), n(65)], "4"],
    [[n(8), n(-1)], null],
  ),
  bitset_count_ones: of("long", [[n(42)], "3"], [[n(-1)], "64"]),
  ceiling: of("real", [[r(-1.1)], "-1.0"], [[r(0.9)], "1.0"], [[n(3)], "3"]),
  cos: of("real", [[r(0)], "1.0"]),
  cot: of("real", [[r(Number.POSITIVE_INFINITY)], null]),
  degrees: of("real", [[r(0)], "0.0"]),
  exp: of("real", [[r(0)], "1.0"]),
  exp10: of("real", [[r(2)], "100.0"]),
  exp2: of("real", [[r(3)], "8.0"]),
  log: of("real", [[r(1)], "0.0"], [[r(-1)], null], [[r(0)], "-Infinity"]),
  log10: of("real", [[r(1000)], "3.0"], [[r(-1)], null]),
  log2: of("real", [[r(8)], "3.0"], [[r(-1)], null]),
  pi: of("real", [[], "3.141592653589793"]),
  pow: of("real", [[n(2), n(3)], "8.0"]),
  radians: of("real", [[r(0)], "0.0"]),
  round: of(
    "real",
    [[r(2.98765), n(3)], "2.988"],
    [[r(2.15), n(1)], "2.2"],
    [[r(-50.55), n(-2)], "-100.0"],
    [[n(25), n(-1)], "30"],
    [[n(7)], "7"],
    [[r(2.5)], "3.0"],
  ),
  sign: of("real", [[r(-42)], "-1.0"], [[r(0)], "0.0"], [[r(11.2)], "1.0"]),
  sin: of("real", [[r(0)], "0.0"]),
  sqrt: of("real", [[r(256)], "16.0"], [[r(-1)], null]),
  tan: of("real", [[r(0)], "0.0"]),
  tohex: string(
    [[n(256)], "100"],
    [[n(-256)], "ffffffffffffff00"],
    [[i32(-256), n(8)], "ffffff00"],
    [[n(256), n(8)], "00000100"],
    [[n(256), n(2)], "100"],
    [[n(null)], ""],
  ),
  erf: of("real", [[r(0)], "0.0"], [[r(-1)], "-0.842700792949715"]),
  erfc: of("real", [[r(0)], "1.0"]),
  gamma: of("real", [[r(5)], "24.0"], [[r(-1)], null]),
  loggamma: of("real", [[r(1)], "0.0"]),
  beta_cdf: of("real", [[r(1.5), r(10), r(20)], "NaN"], [[r(0.5), r(1), r(1)], "0.5"], [[r(0.1), r(-1), r(20)], "NaN"]),
  welch_test: of("real", [[r(1), r(2), r(10), r(1), r(2), r(10)], "1.0"]),

  // Strings.
  strcat: string([[s("hello"), s(" "), n(1)], "hello 1"], [[s("a"), n(null), b(true), ts("1s")], "aTrue00:00:01"]),
  strcat_delim: string([[s("-"), n(1), s("2"), s("A"), ts("1s")], "1-2-A-00:00:01"]),
  strcat_array: string([[d([1, 2, 3]), s("->")], "1->2->3"], [[d(["a", null]), s(",")], "a,"], [[d(null), s(",")], ""]),
  array_strcat: string([[d([1, "x"]), s('"')], '1"x']),
  strcmp: of(
    "long",
    [[s("ABC"), s("ABC")], "0"],
    [[s("abc"), s("ABC")], "1"],
    [[s("ABC"), s("abc")], "-1"],
    [[s("abcde"), s("abc")], "1"],
  ),
  strrep: string(
    [[s("ABC"), n(2)], "ABCABC"],
    [[n(123), n(3), s(".")], "123.123.123"],
    [[s("a"), n(-1)], ""],
    [[ts("3s"), n(2), s(" ")], "00:00:03 00:00:03"],
  ),
  strlen: of("long", [[s("hello")], "5"], [[s("⒦⒰⒮⒯⒪")], "5"], [[s("")], "0"]),
  string_size: of("long", [[s("⒦⒰⒮⒯⒪")], "15"]),
  tolower: string([[s("ÀBC")], "àbc"], [[d("X")], "x"]),
  toupper: string([[s("àbc")], "ÀBC"]),
  substring: string(
    [[s("123456"), n(1)], "23456"],
    [[s("123456"), n(2), n(2)], "34"],
    [[s("123456"), n(-2), n(2)], "56"],
    [[s("ab"), n(9)], ""],
    [[s("ab"), n(0), n(-1)], ""],
    [[s("ab"), n(null)], ""],
    [[s("a😀b"), n(1), n(1)], "😀"],
  ),
  indexof: of(
    "long",
    [[s("abcdefg"), s("cde")], "2"],
    [[s("abcdefg"), s("cde"), n(1), n(4)], "2"],
    [[s("abcdefg"), s("cde"), n(1), n(2)], "-1"],
    [[s("abcdefg"), s("cde"), n(-5)], "2"],
    [[n(1234567), n(5), n(1), n(4)], "4"],
    [[s("abcdefgabcdefg"), s("cde"), n(1), n(10), n(2)], "9"],
    [[s("abcdefgabcdefg"), s("cde"), n(1), n(-1), n(3)], "-1"],
    [[s("a"), s("a"), n(0), n(-2)], null],
  ),
  indexof_regex: withConstants(
    [1, 2],
    of(
      "long",
      [[s("abcabc"), s("a.c")], "0"],
      [[s("x\nabc"), s("b.")], "3"],
      [[s("abcabc"), s("a.c"), n(1)], "3"],
      [[s("x"), s("y")], "-1"],
    ),
  ),
  reverse: string([[s("ABC")], "CBA"], [[n(12345)], "54321"]),
  split: of(
    "dynamic",
    [[s("aa_bb"), s("_")], '["aa","bb"]'],
    [[s("aaa_bbb_ccc"), s("_"), n(1)], '["bbb"]'],
    [[s(""), s("_")], '[""]'],
    [[s("a__b"), s("_")], '["a","","b"]'],
    [[s("a"), s("_"), n(7)], "[]"],
  ),
  trim: string(
    [[s("--"), s("--https://bing.com--")], "https://bing.com"],
    [[s("[^\\w]+"), s("-  Te st1// $")], "Te st1"],
    [[s("\\s+"), s("  a ")], "a"],
  ),
  trim_start: string([[s("https://"), s("https://bing.com")], "bing.com"]),
  trim_end: string([[s(".com"), s("bing.com")], "bing"]),
  extract: withConstants(
    [1],
    string(
      [[s("Age: (\\d+)"), n(1), s("Age: 29")], "29"],
      [[s("x=([0-9.]+)"), n(1), s("none")], ""],
      [[s("\\d+"), n(0), s("a12b")], "12"],
      [[s("a"), n(1), s("a")], ""],
    ),
  ),
  extract_all: withConstants(
    [0, 1],
    of(
      "dynamic",
      [[s("(\\d+)"), s("a set of numbers: 123, 567 and 789")], '["123","567","789"]'],
      [[s("(\\w)(\\w+)(\\w)"), s("82b8be2d-dfa7")], '[["8","2b8be2","d"],["d","fa","7"]]'],
      [
        [s("(?P<first>\\w)(?P<middle>\\w+)(?P<last>\\w)"), d(["first", 3]), s("82b8be2d-dfa7")],
        '[["8","d"],["d","7"]]',
      ],
      [[s("(\\d)"), s("x")], null],
    ),
  ),
  extractall: withConstants([0], of("dynamic", [[s("([a-z])"), s("1a2b")], '["a","b"]'])),
  extract_json: withConstants(
    [0],
    string(
      [[s("$.name"), s('{"name": "John", "age": 30}')], "John"],
      [[s("$.a[1]['b c']"), s('{"a":[0,{"b c":5}]}')], "5"],
      [[s("$.x"), s("no json")], ""],
    ),
  ),
  extractjson: withConstants([0], of("long", [[s("$.a"), s('{"a": 7}')], "7"])),
  replace_string: string(
    [[s("A magic cat"), s("cat"), s("hamster")], "A magic hamster"],
    [[s("a.b$&"), s("."), s("$&")], "a$&b$&"],
  ),
  replace_regex: string(
    [[s("Number is 1"), s("is (\\d+)"), s("was: \\1")], "Number was: 1"],
    [[s("aa"), s("a"), s("<\\0>")], "<a><a>"],
  ),
  replace: string([[s("is (\\d+)"), s("was: \\1"), s("is 1, is 2")], "was: 1, was: 2"]),
  replace_strings: string(
    [[s("This is an example"), d(["is", "This"]), d(["was", "This"])], "Thwas was an example"],
    [[s("This is an example"), d(["This", "is"]), d([12345, "was"])], "This was an example"],
  ),
  regex_quote: string([[s("(so$me.Te^xt)")], "\\(so\\$me\\.Te\\^xt\\)"]),
  countof: withConstants(
    [2],
    of(
      "long",
      [[s("aaaa"), s("aa")], "3"],
      [[s("ababa"), s("ab"), s("normal")], "2"],
      [[s("ababa"), s("aba"), s("regex")], "1"],
      [[s("abcabc"), s("a.c"), s("regex")], "2"],
    ),
  ),
  translate: string(
    [[s("abc"), s("x"), s("abc")], "xxx"],
    [[s("abc"), s(""), s("ab")], ""],
    [[s("krasp"), s("otsku"), s("spark")], "kusto"],
  ),
  has_any_index: of(
    "long",
    [[s("this is an example"), d(["not", "example"])], "1"],
    [[s("Example number 2"), d([1, 2, 3])], "1"],
    [[s("this"), d([])], "-1"],
  ),
  isascii: of("bool", [[s("abc")], "True"], [[s("é")], "False"]),
  isutf8: of("bool", [[s("é")], "True"]),

  // Times.
  now: of("datetime", [[], "2024-03-05T06:07:08.1234560Z"], [[ts("1h")], "2024-03-05T07:07:08.1234560Z"]),
  ago: of("datetime", [[ts("1d")], "2024-03-04T06:07:08.1234560Z"]),
  startofday: of(
    "datetime",
    [[dt("2017-01-01 10:10:17"), n(-1)], "2016-12-31T00:00:00.0000000Z"],
    [[dt("2017-01-01 10:10:17")], "2017-01-01T00:00:00.0000000Z"],
  ),
  startofweek: of(
    "datetime",
    [[dt("2017-01-01 10:10:17"), n(-1)], "2016-12-25T00:00:00.0000000Z"],
    [[dt("2017-01-07")], "2017-01-01T00:00:00.0000000Z"],
  ),
  startofmonth: of(
    "datetime",
    [[dt("2017-01-01 10:10:17"), n(-1)], "2016-12-01T00:00:00.0000000Z"],
    [[dt("2017-02-28"), n(1)], "2017-03-01T00:00:00.0000000Z"],
  ),
  startofyear: of("datetime", [[dt("2017-05-01"), n(-1)], "2016-01-01T00:00:00.0000000Z"]),
  dayofweek: of("timespan", [[dt("1947-11-30 10:00:05")], "00:00:00"], [[dt("1970-05-11")], "1.00:00:00"]),
  dayofmonth: of("int", [[dt("2015-12-14")], "14"]),
  dayofyear: of("int", [[dt("2015-12-14")], "348"]),
  hourofday: of("int", [[dt("2015-12-14 18:54")], "18"]),
  monthofyear: of("int", [[dt("2015-12-14")], "12"]),
  getmonth: of("int", [[dt("2015-10-12")], "10"]),
  getyear: of("int", [[dt("2015-10-12")], "2015"]),
  week_of_year: of(
    "int",
    [[dt("2020-12-31")], "53"],
    [[dt("2020-06-15")], "25"],
    [[dt("1970-01-01")], "1"],
    [[dt("2000-01-01")], "52"],
  ),
  datetime_diff: withConstants(
    [0],
    of(
      "long",
      [[s("year"), dt("2017-01-01"), dt("2000-12-31")], "17"],
      [[s("quarter"), dt("2017-07-01"), dt("2017-03-30")], "2"],
      [[s("Month"), dt("2017-01-01"), dt("2015-12-30")], "13"],
      [[s("week"), dt("2017-10-29 00:00"), dt("2017-09-30 23:59")], "5"],
      [[s("day"), dt("2017-10-29 00:00"), dt("2017-09-30 23:59")], "29"],
      [[s("hour"), dt("2017-10-31 01:00"), dt("2017-10-30 23:59")], "2"],
      [[s("minute"), dt("2017-10-30 23:05:01"), dt("2017-10-30 23:00:59")], "5"],
      [[s("second"), dt("2017-10-30 23:00:10.100"), dt("2017-10-30 23:00:00.900")], "10"],
      [[s("millisecond"), dt("2017-10-30 23:00:00.200100"), dt("2017-10-30 23:00:00.100900")], "100"],
      [[s("nanosecond"), dt("2017-10-30 23:00:00"), dt("2017-10-30 23:00:00.000001")], "-1000"],
    ),
  ),
  datetime_add: withConstants(
    [0],
    of(
      "datetime",
      [[s("year"), n(-5), dt("2017-01-01")], "2012-01-01T00:00:00.0000000Z"],
      [[s("quarter"), n(12), dt("2017-01-01")], "2020-01-01T00:00:00.0000000Z"],
      [[s("month"), n(-15), dt("2017-01-01")], "2015-10-01T00:00:00.0000000Z"],
      [[s("month"), n(1), dt("2017-01-31")], "2017-02-28T00:00:00.0000000Z"],
      [[s("week"), n(100), dt("2017-01-01")], "2018-12-02T00:00:00.0000000Z"],
      [[s("second"), n(1), dt("2017-01-01")], "2017-01-01T00:00:01.0000000Z"],
    ),
  ),
  datetime_part: withConstants(
    [0],
    of(
      "int",
      [[s("quarter"), dt("2017-10-30 01:02:03.7654321")], "4"],
      [[s("week_of_year"), dt("2017-10-30 01:02:03.7654321")], "44"],
      [[s("dayOfYear"), dt("2017-10-30 01:02:03.7654321")], "303"],
      [[s("millisecond"), dt("2017-10-30 01:02:03.7654321")], "765"],
      [[s("microsecond"), dt("2017-10-30 01:02:03.7654321")], "765432"],
    ),
  ),
  datepart: withConstants([0], of("int", [[s("Day"), dt("2017-10-30")], "30"])),
  make_datetime: of(
    "datetime",
    [[n(2017), n(10), n(1)], "2017-10-01T00:00:00.0000000Z"],
    [[n(2017), n(10), n(1), n(12), n(11), r(0.123456)], "2017-10-01T12:11:00.1234560Z"],
    [[n(2017), n(2), n(29)], null],
    [[n(2017), n(2), n(null)], null],
  ),
  make_timespan: of(
    "timespan",
    [[n(1), n(12), n(30), r(55.123)], "1.12:30:55.1230000"],
    [[n(1), n(2)], "01:02:00"],
    [[n(24), n(0)], null],
  ),
  unixtime_seconds_todatetime: of(
    "datetime",
    [[n(1546300800)], "2019-01-01T00:00:00.0000000Z"],
    [[r(1.5)], "1970-01-01T00:00:01.5000000Z"],
    [[n(1e15)], null],
  ),
  unixtime_milliseconds_todatetime: of("datetime", [[n(1546300800000)], "2019-01-01T00:00:00.0000000Z"]),
  unixtime_microseconds_todatetime: of("datetime", [[n(1546300800000000)], "2019-01-01T00:00:00.0000000Z"]),
  unixtime_nanoseconds_todatetime: of("datetime", [[n(1546300800000000000n)], "2019-01-01T00:00:00.0000000Z"]),
  format_datetime: withConstants(
    [1],
    string(
      [[dt("2017-01-29 09:00:05"), s("yy-MM-dd [HH:mm:ss]")], "17-01-29 [09:00:05]"],
      [[dt("2017-01-29 09:00:05"), s("yyyy-M-dd [H:mm:ss]")], "2017-1-29 [9:00:05]"],
      [[dt("2017-01-29 09:00:05"), s("yy-MM-dd [hh:mm:ss tt]")], "17-01-29 [09:00:05 AM]"],
      [[dt("2009-06-15T13:45:30.6170000"), s("fff/FFF/FFFFFF")], "617/617/617"],
      [[dt("2009-06-15T13:45:30.05"), s("F")], ""],
      [[dt(null), s("yyyy")], ""],
    ),
  ),
  format_timespan: withConstants(
    [1],
    string(
      [[ts("29.09:00:05.12345"), s("dd.hh:mm:ss:FF")], "29.09:00:05:12"],
      [[ts("29.09:00:05.12345"), s("ddd.h:mm:ss [fffffff]")], "029.9:00:05 [1234500]"],
    ),
  ),
  datetime_utc_to_local: of(
    "datetime",
    [[dt("2022-07-11 22:18:48"), s("US/Pacific")], "2022-07-11T15:18:48.0000000Z"],
    [[dt("2022-07-11"), s("No/Where")], null],
  ),
  datetime_local_to_utc: of(
    "datetime",
    [[dt("2022-07-11 15:18:48"), s("US/Pacific")], "2022-07-11T22:18:48.0000000Z"],
    [[dt("2022-01-11 12:00"), s("Europe/Berlin")], "2022-01-11T11:00:00.0000000Z"],
  ),

  // Arrays, bags, sets.
  array_length: of("long", [[d([1, 2, 3, "four"])], "4"], [[d({ a: 1 })], null], [[d(null)], null]),
  arraylength: of("long", [[d([])], "0"]),
  array_concat: of("dynamic", [[d([1, 2]), json("[1.0,null]")], "[1,2,1.0,null]"]),
  array_iff: of(
    "dynamic",
    [[d([true, false, true]), d([1, 2, 3]), d([4, 5, 6])], "[1,5,3]"],
    [[d([1, 0, 50]), s("yes"), s("no")], '["yes","no","yes"]'],
    [[d(["x", null]), n(1), n(0)], "[null,null]"],
    [[d([true, true, true]), d([1, 2]), d([3, 4])], "[1,2,null]"],
  ),
  array_iif: of("dynamic", [[d([true]), n(1), n(2)], "[1]"]),
  array_index_of: of(
    "long",
    [[d(["this", "is", "an", "example", "an", "example"]), s("an")], "2"],
    [[d(["this", "is", "an", "example", "an", "example"]), s("example"), n(1), n(3)], "3"],
    [[d(["this", "is", "an", "example", "an", "example"]), s("example"), n(1), n(2)], "-1"],
    [[d(["this", "is", "an", "example", "an", "example"]), s("an"), n(1), n(-1), n(2)], "4"],
    [[d(["this", "is", "an", "example", "an", "example"]), s("an"), n(-3)], "4"],
    [[d([1]), n(1), n(0), n(-2)], null],
  ),
  array_reverse: of("dynamic", [[d(["this", "is"])], '["is","this"]'], [[d("x")], null]),
  array_rotate_left: of(
    "dynamic",
    [[d([1, 2, 3, 4, 5]), n(2)], "[3,4,5,1,2]"],
    [[d([1, 2, 3, 4, 5]), n(-2)], "[4,5,1,2,3]"],
  ),
  array_rotate_right: of("dynamic", [[d([1, 2, 3, 4, 5]), n(2)], "[4,5,1,2,3]"]),
  array_shift_left: of(
    "dynamic",
    [[d([1, 2, 3, 4, 5]), n(2)], "[3,4,5,null,null]"],
    [[d([1, 2, 3, 4, 5]), n(-2), n(-1)], "[-1,-1,1,2,3]"],
    [[d(["a", "b"]), n(1)], '["b",""]'],
  ),
  array_shift_right: of("dynamic", [[d([1, 2, 3]), n(1), n(0)], "[0,1,2]"]),
  array_slice: of(
    "dynamic",
    [[d([1, 2, 3]), n(1), n(2)], "[2,3]"],
    [[d([1, 2, 3, 4, 5]), n(2), n(-1)], "[3,4,5]"],
    [[d([1, 2, 3, 4, 5]), n(-3), n(-2)], "[3,4]"],
  ),
  array_sort_asc: of(
    "dynamic",
    [[d([null, "blue", "yellow", "green", null])], '["blue","green","yellow",null,null]'],
    [[d(["b", null, "a"]), b(false)], '[null,"a","b"]'],
    [[d([1, 3, 2]), d(["a", "b", "c"])], '[[1,2,3],["a","c","b"]]'],
  ),
  array_sort_desc: of("dynamic", [[json("[1,10,2.5,null]")], "[10,2.5,1,null]"]),
  array_split: of(
    "dynamic",
    [[d([1, 2, 3, 4, 5]), n(2)], "[[1,2],[3,4,5]]"],
    [[d([1, 2, 3, 4, 5]), d([1, 3])], "[[1],[2,3],[4,5]]"],
  ),
  array_sum: of("real", [[d([1, 2, 3, 4])], "10.0"], [[d([1, "a"])], null]),
  bag_has_key: of(
    "bool",
    [[d({ key1: 1 }), s("key1")], "True"],
    [[d({ key1: 1 }), s("key2")], "False"],
    [[d({ a: { b: 1 } }), s("$.a.b")], "True"],
    [[d([1]), s("a")], null],
  ),
  bag_keys: of("dynamic", [[d({ a: "b", c: 123 })], '["a","c"]'], [[d({})], "[]"], [[d("a")], null]),
  bag_merge: of("dynamic", [[d({ A1: 12, B1: 2 }), d({ A2: 81, A1: 1 })], '{"A1":12,"B1":2,"A2":81}']),
  bag_pack: of("dynamic", [
    [s("Level"), s("Info"), s("ID"), n(1234), s("t"), ts("1s")],
    '{"Level":"Info","ID":1234,"t":"00:00:01"}',
  ]),
  bag_remove_keys: of(
    "dynamic",
    [[json('{"key1":"value","key3":42.0}'), d(["key2", "key1"])], '{"key3":42.0}'],
    [[d({ key2: { prop1: "abc", prop2: "xyz" } }), d(["$.key2.prop1"])], '{"key2":{"prop2":"xyz"}}'],
  ),
  bag_set_key: of(
    "dynamic",
    [[d({ a: 1 }), s("b"), n(3)], '{"a":1,"b":3}'],
    [[d({ a: 1 }), s("$.k.p"), s("abc")], '{"a":1,"k":{"p":"abc"}}'],
    [[d([1]), s("a"), n(1)], null],
  ),
  bag_zip: of(
    "dynamic",
    [[d(["a", 8, "b"]), d([1, "2", 2.5])], '{"a":1,"b":2.5}'],
    [[d(["a", "b"]), d([1])], '{"a":1,"b":null}'],
    [[d("a"), d([1])], null],
  ),
  dynamic_to_json: string(
    [[d({ b: [1, { d: 2, c: 3 }], a: "x" })], '{"a":"x","b":[1,{"c":3,"d":2}]}'],
    [[n(5)], "5"],
    [[d(null)], ""],
  ),
  jaccard_index: of("dynamic", [[d([1, 2, 3]), d([1, 2, 3, 4])], "0.75"]),
  pack: of("dynamic", [[s("a"), d([1])], '{"a":[1]}']),
  pack_array: of(
    "dynamic",
    [[n(1), s("2"), ts("2s"), r(1), d({ a: 1 })], '[1,"2","00:00:02",1.0,{"a":1}]'],
    [[n(null)], "[null]"],
  ),
  pack_dictionary: withConstants([0, 2], of("dynamic", [[s("a"), n(1), s("a"), n(2)], '{"a":1}'])),
  range: of(
    "dynamic",
    [[n(1), n(8), n(3)], "[1,4,7]"],
    [[n(1), n(3)], "[1,2,3]"],
    [[n(3), n(1)], "[]"],
    [[n(3), n(1), n(-1)], "[3,2,1]"],
    [[r(0), r(1), r(0.5)], "[0.0,0.5,1.0]"],
    [[dt("2007-01-01"), dt("2007-01-02"), ts("1d")], '["2007-01-01T00:00:00.0000000Z","2007-01-02T00:00:00.0000000Z"]'],
    [[ts("1h"), ts("3h")], '["01:00:00","02:00:00","03:00:00"]'],
    [[n(null), n(3)], null],
  ),
  repeat: of("dynamic", [[n(1), n(3)], "[1,1,1]"], [[s("a"), n(0)], "[]"], [[n(1), n(-1)], null]),
  set_difference: of("dynamic", [[d([1, 2, 1, 4]), d([1, 2]), d([7])], "[4]"], [[d([1]), d([1])], "[]"]),
  set_equals: of("bool", [[d([1, 2, 2]), d([2, 1])], "True"], [[d([1]), d([2])], "False"]),
  set_has_element: of(
    "bool",
    [[d(["this", "is"]), s("is")], "True"],
    [[d([1, 2]), n(3)], "False"],
    [[d({ a: 1 }), s("a")], null],
  ),
  set_intersect: of("dynamic", [[d([1, 2, 3]), d([3, 2])], "[2,3]"]),
  set_union: of("dynamic", [[d([1, 2, 1, 4]), d([1, 2]), d([8])], "[1,2,4,8]"]),
  treepath: of(
    "dynamic",
    [[d({ a: "b", c: 123 })], `["['a']","['c']"]`],
    [[d({ prop1: [1, 2], prop2: "v" })], `["['prop1']","['prop1'][0]","['prop2']"]`],
    [[d({ l: [100, { x: "y" }] })], `["['l']","['l'][0]","['l'][0]['x']"]`],
  ),
  zip: of(
    "dynamic",
    [[d([1, 3, 5]), d([2, 4, 6])], "[[1,2],[3,4],[5,6]]"],
    [[json('["A",1,1.5]'), d([{}, "B"])], '[["A",{}],[1,"B"],[1.5,null]]'],
  ),

  // Encodings and hashes.
  base64_decode_tostring: string(
    [[s("S3VzdG8=")], "Kusto"],
    [[s("S3VzdG8")], "Kusto"],
    [[s("U3RyaW5n0KHR0tGA0L7Rh9C60LA=")], ""],
    [[s("!")], ""],
    [[s("")], ""],
  ),
  base64_decodestring: string([[s("YQ==")], "a"]),
  base64_encode_tostring: string([[s("Kusto")], "S3VzdG8="]),
  base64_encodestring: string([[s("")], ""]),
  base64_decode_toarray: of("dynamic", [[s("S3VzdG8=")], "[75,117,115,116,111]"]),
  base64_encode_fromarray: string([[d([75, 117, 115, 116, 111])], "S3VzdG8="], [[d([256])], ""]),
  base64_encode_fromguid: string([[guid("ae3133f2-6e22-49ae-b06a-16e6a9b212eb")], "8jMxriJurkmwahbmqbIS6w=="]),
  base64_decode_toguid: of(
    "guid",
    [[s("8jMxriJurkmwahbmqbIS6w==")], "ae3133f2-6e22-49ae-b06a-16e6a9b212eb"],
    [[s("abcd1231")], null],
  ),
  url_encode: string([[s("https://www.bing.com/hello world")], "https%3a%2f%2fwww.bing.com%2fhello+world"]),
  url_encode_component: string([[s("hello world/é")], "hello%20world%2f%c3%a9"]),
  url_decode: string([[s("https%3a%2f%2fwww.bing.com%2f")], "https://www.bing.com/"], [[s("a+b%zz%c3%A9")], "a b%zzé"]),
  gzip_decompress_from_base64_string: string(
    [[s("H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA==")], "1234567890qwertyuiop"],
    [[s("AAAA")], ""],
  ),
  zlib_decompress_from_base64_string: string([
    [s("eJwBFADr/zEyMzQ1Njc4OTBxd2VydHl1aW9wOAkGdw==")],
    "1234567890qwertyuiop",
  ]),
  punycode_from_string: string([[s("académie-française")], "acadmie-franaise-npb1a"], [[s("艺术")], "cqv902d"]),
  punycode_to_string: string([[s("acadmie-franaise-npb1a")], "académie-française"], [[s("é")], ""]),
  punycode_domain_from_string: string([[s("xn--Ge-mia.Bulg.edu")], "Gáe.Bulg.edu"]),
  punycode_domain_to_string: string([[s("Riðill｡Skáldskaparmál｡org")], "xn--Riill-jta.xn--Skldskaparml-dbbj.org"]),
  hash_md5: string([[s("World")], "f5a7924e621e84c9280a9a27e1bcb7f6"]),
  hash_sha1: string([[s("World")], "70c07ec18ef89c5309bbb0937f3a6342411e1fdd"]),
  hash_sha256: string([[s("World")], "78ae647dc5544d227130a0682a51e30bc7777fbb6d8a8f17007463a3ecd1d524"]),
  hash: of(
    "long",
    [[s("World")], "1846988464401551951"],
    [[s("World"), n(100)], "51"],
    [[dt("2015-01-01")], "1380966698541616202"],
    [[i32(null)], null],
    [[guid(null)], null],
  ),
  hash_xxhash64: of("long", [[s("Hello")], "753694413698530628"]),
  unicode_codepoints_from_string: of("dynamic", [[s("⒦⒰😀")], "[9382,9392,128512]"]),
  to_utf8: of("dynamic", [[s("K")], "[75]"]),
  unicode_codepoints_to_string: string([[d([75, 117]), n(115)], "Kus"], [[d([-1])], ""]),
  make_string: string([[n(75), n(117)], "Ku"]),

  // Addresses.
  parse_ipv4: of(
    "long",
    [[s(ip)], "3232235777"],
    [[s("192.168.1.1/24")], "3232235776"],
    [[s("255.255.255.255/31")], "4294967294"],
    [[s("1.2.3")], null],
    [[s("256.1.1.1")], null],
  ),
  parse_ipv4_mask: of("long", [[s("127.0.0.1"), n(24)], "2130706432"], [[s("127.0.0.1"), n(33)], null]),
  parse_ipv6: string(
    [[s("192.168.255.255/24")], "0000:0000:0000:0000:0000:ffff:c0a8:ff00"],
    [[s("fe80::85d:e82c:9446:7994")], "fe80:0000:0000:0000:085d:e82c:9446:7994"],
    [[s("x")], ""],
  ),
  parse_ipv6_mask: string(
    [[s("fe80::85d:e82c:9446:7994/120"), n(124)], "fe80:0000:0000:0000:085d:e82c:9446:7900"],
    [[s("::192.168.255.255/24"), n(128)], "0000:0000:0000:0000:0000:ffff:c0a8:ff00"],
  ),
  ipv4_compare: of(
    "long",
    [[s("192.168.1.1/24"), s("192.168.1.255")], "0"],
    [[s("10.0.0.2"), s("10.0.0.1")], "1"],
    [[s("192.168.1.1"), s("192.168.1.0"), n(31)], "0"],
    [[s("x"), s(ip)], null],
  ),
  ipv4_is_match: of(
    "bool",
    [[s("192.168.1.1"), s("192.168.1.255/24")], "True"],
    [[s(ip), s("192.168.1.2")], "False"],
    [[s(""), s(ip)], null],
  ),
  ipv6_compare: of("long", [[s("::192.168.1.1/30"), s("192.168.1.255/24")], "0"], [[s("fe80::1"), s("fe80::2")], "-1"]),
  ipv6_is_match: of(
    "bool",
    [[s("192.168.1.1"), s("::ffff:c0a8:0101")], "True"],
    [[s("fe80::85d:e82c:9446:7994"), s("fe80::85d:e82c:9446:7995"), n(127)], "True"],
  ),
  ipv4_is_private: of(
    "bool",
    [[s("10.1.2.3")], "True"],
    [[s("192.168.1.1/24")], "True"],
    [[s("172.32.0.1")], "False"],
    [[s("127.0.0.1")], "False"],
    [[s("fe80::1")], null],
  ),
  ipv4_netmask_suffix: of("long", [[s("10.1.2.3")], "32"], [[s("127.0.0.1/16")], "16"]),
  ipv4_is_in_range: of(
    "bool",
    [[s(ip), s("192.168.1.255/24")], "True"],
    [[s("192.168.2.1"), s("192.168.1.255/24")], "False"],
    [[s("x"), s("10.0.0.0/8")], null],
  ),
  ipv4_is_in_any_range: of(
    "bool",
    [[s("192.168.1.6"), s("192.168.1.1/24"), s("10.0.0.1/8")], "True"],
    [[s("1.1.1.1"), d(["127.0.0.1/8", "10.0.0.1/8"])], "False"],
  ),
  ipv6_is_in_range: of(
    "bool",
    [[s("a5e:f127:8a9d:146d:e102:b5d3:c755:abcd"), s("a5e:f127:8a9d:146d:e102:b5d3:c755:0000/112")], "True"],
    [[s("a5e:f127:8a9d:146d:e102:b5d3:c755:abcd"), s("0:0:0:0:0:ffff:c0a8:ac/60")], "False"],
  ),
  ipv6_is_in_any_range: of("bool", [[s("fe80::1"), d(["::/16", "fe80::/10"])], "True"]),
  ipv4_range_to_cidr_list: of(
    "dynamic",
    [[s("1.1.128.0"), s("1.1.140.255")], '["1.1.128.0/21","1.1.136.0/22","1.1.140.0/24"]'],
    [[s("0.0.0.0"), s("255.255.255.255")], '["0.0.0.0/0"]'],
  ),
  format_ipv4: string(
    [[s(ip), n(24)], "192.168.1.0"],
    [[s("192.168.1.1/24"), n(32)], "192.168.1.0"],
    [[s("192.168.1.1/24"), n(-1)], ""],
    [[n(3232236031)], "192.168.1.255"],
  ),
  format_ipv4_mask: string([[s(ip), n(24)], "192.168.1.0/24"], [[s(ip)], "192.168.1.1/32"]),
  has_ipv4: of(
    "bool",
    [[s(log), s("127.0.0.1")], "True"],
    [[s("05:04:54127.0.0.1 GET"), s("127.0.0.1")], "False"],
    [[s("at 127.0.0.256"), s("127.0.0.256")], "False"],
  ),
  has_any_ipv4: of("bool", [[s(log), s("127.0.0.2"), s("127.0.0.1")], "True"], [[s(log), d(["10.0.0.1"])], "False"]),
  has_ipv4_prefix: of("bool", [[s(log), s("127.0.")], "True"], [[s(log), s("127.0")], "False"]),
  has_any_ipv4_prefix: of("bool", [[s(log), d(["127.0.", "192.168."])], "True"], [[s(log), s("192.")], "False"]),

  // Places on Earth.
  geo_distance_2points: withConstants(
    [4],
    of(
      "real",
      [[r(300), r(1), r(1), r(1)], null],
      [[r(5), r(5), r(5), r(5)], "0.0"],
      [[r(5), r(5), r(5), r(5), b(false)], "0.0"],
    ),
  ),
  geo_point_in_circle: of(
    "bool",
    [[r(-122.143564), r(47.535677), r(-122.100896), r(47.527351), n(3500)], "True"],
    [[r(-122.137575), r(47.630683), r(-122.100896), r(47.527351), n(3500)], "False"],
    [[r(200), r(1), r(1), r(1), r(1)], null],
    [[r(1), r(1), r(1), r(1), r(-1)], null],
  ),
  geo_azimuth: of("real", [[r(0), r(0), r(0), r(1)], "0.0"], [[r(5), r(10), r(5), r(10)], null]),
  geo_point_to_geohash: string(
    [[r(-80.195829), r(25.802215), n(8)], "dhwfz15h"],
    [[r(-122.303404), r(47.570482)], "c23n8"],
    [[r(200), r(1), n(8)], ""],
    [[r(1), r(1), n(null)], ""],
  ),
  geo_geohash_to_central_point: of(
    "dynamic",
    [[s("sunny")], '{"type":"Point","coordinates":[42.47314453125,23.70849609375]}'],
    [[s("a")], null],
  ),

  // Structured texts.
  parse_url: of(
    "dynamic",
    [
      [s("scheme://username:password@host:1234/this/is/a/path?k1=v1&k2=v2#fragment")],
      '{"Scheme":"scheme","Host":"host","Port":"1234","Path":"this/is/a/path","Username":"username","Password":"password","Query Parameters":{"k1":"v1","k2":"v2"},"Fragment":"fragment"}',
    ],
    [
      [s("host:8080/a?b=c")],
      '{"Scheme":"","Host":"","Port":"","Path":"","Username":"","Password":"","Query Parameters":{"b":"c"},"Fragment":""}',
    ],
    [[s("")], null],
  ),
  parseurl: of("dynamic", [
    [s("https://[::1]:8/")],
    '{"Scheme":"https","Host":"[::1]","Port":"8","Path":"","Username":"","Password":"","Query Parameters":{},"Fragment":""}',
  ]),
  parse_urlquery: of("dynamic", [[s("k1=v1&k2=v2&k3=v3")], '{"Query Parameters":{"k1":"v1","k2":"v2","k3":"v3"}}']),
  parseurlquery: of("dynamic", [[s("https://h/p?a=b=c#f")], '{"Query Parameters":{"a":"b=c"}}']),
  parse_path: of(
    "dynamic",
    [
      [s("C:\\temp\\file.txt")],
      String.raw`{"Scheme":"","RootPath":"C:","DirectoryPath":"C:\\temp","DirectoryName":"temp","Filename":"file.txt","Extension":"txt","AlternateDataStreamName":""}`,
    ],
    [
      [s("file://C:/temp/file.txt:some.exe")],
      '{"Scheme":"file","RootPath":"C:","DirectoryPath":"C:/temp","DirectoryName":"temp","Filename":"file.txt","Extension":"txt","AlternateDataStreamName":"some.exe"}',
    ],
    [
      [s("/usr/lib/temp/file.txt")],
      '{"Scheme":"","RootPath":"","DirectoryPath":"/usr/lib/temp","DirectoryName":"temp","Filename":"file.txt","Extension":"txt","AlternateDataStreamName":""}',
    ],
  ),
  parse_csv: of(
    "dynamic",
    [
      [s('aa,"b,b,b",cc,"Escaping quotes: ""Title""","line1\nline2"')],
      '["aa","b,b,b","cc","Escaping quotes: \\"Title\\"","line1\\nline2"]',
    ],
    [[s("record1,a,b,c\nrecord2,x")], '["record1","a","b","c"]'],
  ),
  parse_command_line: withConstants(
    [1],
    of("dynamic", [[s('echo "hello world!"'), s("windows")], '["echo","hello world!"]']),
  ),
  parse_user_agent: of(
    "dynamic",
    [
      [s("curl/8.4.0"), s("browser")],
      '{"Browser":{"Family":"curl","MajorVersion":"8","MinorVersion":"4","Patch":"0"}}',
    ],
    [[s("x"), d(["device"])], '{"Device":{"Family":"Other","Brand":"","Model":""}}'],
  ),
  parse_xml: of(
    "dynamic",
    [[s('<e n="v"><a>1</a><a>2</a>t</e>')], '{"e":{"@n":"v","#text":"t","a":["1","2"]}}'],
    [[s("<e>")], null],
  ),
  format_bytes: string(
    [[n(564)], "564 Bytes"],
    [[n(10332), n(1)], "10.1 KB"],
    [[n(20010332), n(2)], "19.08 MB"],
    [[n(20010332), n(0), s("KB")], "19541 KB"],
    [[r(null)], ""],
  ),

  // Series.
  series_add: of(
    "dynamic",
    [[d([1, 2, 4]), d([4, 2, 1])], "[5,4,5]"],
    [[d([1, "a"]), json("[1.5,1,1]")], "[2.5,null,null]"],
    [[d([1, 2]), n(10)], "[11,12]"],
  ),
  series_subtract: of("dynamic", [[d([3]), d([1])], "[2]"]),
  series_multiply: of("dynamic", [[n(2), d([3])], "[6]"]),
  series_divide: of("dynamic", [[d([1, 2, 4]), d([4, 2, 1])], "[0.25,1.0,4.0]"], [[d([2]), d([0])], '["Infinity"]']),
  series_pow: of("dynamic", [[d([1, 2, 3, 4]), d([1, 2, 3, 0.5])], "[1.0,4.0,27.0,2.0]"]),
  series_greater: of("dynamic", [[d([1, 2, 4]), d([4, 2, 1])], "[false,false,true]"]),
  series_greater_equals: of("dynamic", [[d([1, 2, 4]), d([4, 2, 1])], "[false,true,true]"]),
  series_less: of("dynamic", [[d([1, 2, 4]), d([4, 2, 1])], "[true,false,false]"]),
  series_less_equals: of("dynamic", [[d([1, 2, 4]), d([4, 2, 1])], "[true,true,false]"]),
  series_equals: of("dynamic", [[d([1, 2, 4]), d([4, 2, 1])], "[false,true,false]"]),
  series_not_equals: of("dynamic", [[d([1, 2, 4]), d([4, 2, 1])], "[true,false,true]"]),
  series_abs: of("dynamic", [[json("[-6.5,0,8.2,null]")], "[6.5,0,8.2,null]"]),
  series_sign: of("dynamic", [[json("[-6,0]")], "[-1.0,0.0]"]),
  series_exp: of("dynamic", [[d([0])], "[1.0]"]),
  series_log: of("dynamic", [[d([1])], "[0.0]"]),
  series_sin: of("dynamic", [[d([0])], "[0.0]"]),
  series_asin: of("dynamic", [[d([0])], "[0.0]"]),
  series_cos: of("dynamic", [[d([0])], "[1.0]"]),
  series_acos: of("dynamic", [[d([1])], "[0.0]"]),
  series_tan: of("dynamic", [[d([0])], "[0.0]"]),
  series_atan: of("dynamic", [[d([0])], "[0.0]"]),
  series_floor: of("dynamic", [[json("[-1.5,1,2.5]")], "[-2.0,1.0,2.0]"]),
  series_ceiling: of("dynamic", [[json("[-1.5,1,2.5]")], "[-1.0,1.0,3.0]"]),
  series_sum: of("real", [[d([1, 2, 3, 4])], "10.0"]),
  series_product: of("real", [[d([1, 2, 3, 4])], "24.0"]),
  series_magnitude: of("real", [[d([3, 4])], "5.0"]),
  series_dot_product: of(
    "real",
    [[d([1, 2, 4]), d([4, 2, 1])], "12.0"],
    [[d([1, 2, 4]), n(1)], "7.0"],
    [[d([]), d([1])], null],
  ),
  series_cosine_similarity: of("real", [[d([1, 0]), d([0, 2])], "0.0"], [[d([1, 1]), d([])], null]),
  series_pearson_correlation: of("real", [[d([1, 2, 3]), d([6, 4, 2])], "-1.0"], [[d([1, 2]), d([1])], null]),
  series_fill_forward: of("dynamic", [[d([null, null, 36, 41, null, null, 16])], "[null,null,36,41,41,41,16]"]),
  series_fill_backward: of(
    "dynamic",
    [[d([111, null, 36, null, null])], "[111,36,36,null,null]"],
    [[d([-1, 5]), n(-1)], "[5,5]"],
  ),
  series_fill_const: of(
    "dynamic",
    [[d([111, null, 36]), json("0.0")], "[111,0.0,36]"],
    [[d([1, -1]), n(0), n(-1)], "[1,0]"],
  ),
  series_fill_linear: of(
    "dynamic",
    [[json("[null,111.0,null,36.0]")], "[111.0,111.0,73.5,36.0]"],
    [[d([null, 111, null, 36])], "[111,111,73,36]"],
    [[d([null, 1]), r(null), b(false)], "[null,1]"],
    [[d([null, null])], "[0.0,0.0]"],
    [[d([null]), r(null), b(true), json("3.5")], "[3.5]"],
  ),
  series_fit_line: of("dynamic", [[d([1, 3, 5])], "[1.0,2.0,4.0,0.0,-1.0,[1.0,3.0,5.0]]"], [[d([1, null])], null]),
  series_fit_line_dynamic: of("dynamic", [
    [d([1, 3, 5])],
    '{"rsquare":1.0,"slope":2.0,"variance":4.0,"rvariance":0.0,"interception":-1.0,"line_fit":[1.0,3.0,5.0]}',
  ]),
  series_fit_2lines: of("dynamic", [
    [d([1, 2, 3, 3, 2, 1])],
    "[1.0,2,0.8,0.0,[1.0,2.0,3.0,3.0,2.0,1.0],1.0,-1.0,7.0,1.0,0.0,1.0,1.0,0.0,1.0,0.0]",
  ]),
  series_fit_2lines_dynamic: of("dynamic", [[d([1, 2])], null]),
  series_fit_poly: of("dynamic", [[d([1]), d([1])], null]),
  series_stats: of(
    "dynamic",
    [[d([1, 3])], "[1.0,0,3.0,1,2.0,1.4142135623730951,2.0]"],
    [[d([1, null])], null],
    [[d([1, null]), b(true)], "[1.0,0,1.0,0,1.0,0.0,0.0]"],
  ),
  series_stats_dynamic: of("dynamic", [
    [d([2, 2])],
    '{"min":2.0,"min_idx":0,"max":2.0,"max_idx":0,"avg":2.0,"stdev":0.0,"variance":0.0,"sum":4.0,"len":2}',
  ]),
  series_outliers: of(
    "dynamic",
    [[d([1, 2, 3, 4, 100]), s("tukey")], "[-0.5,0.0,0.0,0.0,48.0]"],
    [[d([1, null, 1]), s("ctukey")], "[0.0,0.0,0.0]"],
  ),
  series_seasonal: of(
    "dynamic",
    [[d([1, 3, 5, 1, 3, 5, 2, 4, 6]), n(3)], "[1.0,3.0,5.0,1.0,3.0,5.0,1.0,3.0,5.0]"],
    [
      [d([2, 5, 3, 4, 3, 2, 1, 2, 3, 4, 3, 2, 1, 2, 3, 4, 3, 2, 1, 2, 3, 4, 3, 2, 1])],
      "[1.0,2.0,3.0,4.0,3.0,2.0,1.0,2.0,3.0,4.0,3.0,2.0,1.0,2.0,3.0,4.0,3.0,2.0,1.0,2.0,3.0,4.0,3.0,2.0,1.0]",
    ],
    [[d([1, 3, 5, 2, 4, 6, 1, 3, 5, 2, 4, 6])], "[0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0]"],
  ),
  series_decompose: of("dynamic", [
    [d([1, 2, 1, 2]), n(2), s("none")],
    "[[1.0,2.0,1.0,2.0],[1.0,2.0,1.0,2.0],[0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0]]",
  ]),
  series_decompose_forecast: of("dynamic", [
    [d([0, 1, 2, 0]), n(1), n(0)],
    "[[0.0,1.0,2.0,3.0],[0.0,0.0,0.0,0.0],[0.0,1.0,2.0,3.0],[0.0,0.0,0.0,-3.0]]",
  ]),
  series_decompose_anomalies: of("dynamic", [
    [d([1, 2, 3, 4, 100]), r(1.5), n(0), s("none"), n(0), s("tukey")],
    "[[0,0,0,0,1],[-0.5,0.0,0.0,0.0,48.0],[0.0,0.0,0.0,0.0,0.0]]",
  ]),
  series_periods_detect: of("dynamic", [[d([1, 2, 3, 4, 3, 2, 1, 2]), r(0), r(50), n(1)], "[[0.0],[0.0]]"]),
  series_periods_validate: of("dynamic", [[d([1, 2, 3]), r(4)], "[[4.0],[0.0]]"]),
  series_fft: of("dynamic", [[d([1, 0, 0, 0])], "[[1.0,1.0,1.0,1.0],[0.0,0.0,0.0,0.0]]"]),
  series_ifft: of("dynamic", [[d([1, 1, 1, 1]), d([0, 0, 0, 0])], "[[1.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0]]"]),
  series_fir: of(
    "dynamic",
    [[d([0, 0, 2, 2, 3]), d([1, -1]), b(false), b(false)], "[0.0,0.0,2.0,0.0,1.0]"],
    [[d([3, 3, 3]), d([1, 1, 1])], "[1.0,2.0,3.0]"],
  ),
  series_iir: of(
    "dynamic",
    [[d([1, 2, 3, 4]), d([1]), d([1, -1])], "[1.0,3.0,6.0,10.0]"],
    [[d([1]), d([1]), d([0])], null],
  ),
};

const endings: Readonly<Record<string, string>> = {
  endofday: "2017-01-01T23:59:59.9999990Z",
  endofweek: "2017-01-07T23:59:59.9999990Z",
  endofmonth: "2017-01-31T23:59:59.9999990Z",
  endofyear: "2017-12-31T23:59:59.9999990Z",
};
for (const [name, expected] of Object.entries(endings)) {
  test(`${name}: the last microsecond (difference: Kusto has the tick after it)`, async () => {
    expect(await evaluate(call(name, "datetime", column(dt("2017-01-01 10:10:17"))))).toBe(expected);
    expect(await evaluate(call(name, "datetime", dt("2017-01-01 10:10:17")))).toBe(expected);
  });
}

for (const [name, spec] of Object.entries(specs)) {
  test(`${name}: ${scalarFunctions[name]?.doc ?? "unknown"}`, async () => {
    for (const [args, expected] of spec.cases) {
      const columns = args.map((a, i) => (spec.constant?.includes(i) === true ? a : column(a)));
      expectText(await evaluate(call(name, spec.type, ...args)), expected, "constants");
      expectText(await evaluate(call(name, spec.type, ...columns)), expected, "columns");
    }
  });
}

test("the distances and directions of the documentation", async () => {
  const distance = await evaluate(
    call("geo_distance_2points", "real", r(-122.407628), r(47.578557), r(-118.275287), r(34.019056)),
  );
  expect(Number(distance)).toBeCloseTo(1546754.35197381, 6);
  const azimuth = await evaluate(call("geo_azimuth", "real", r(5), r(10), r(10), r(-40)));
  expect(Number(azimuth)).toBeCloseTo(3.05459939796449, 12);
});

test("rand: a real from 0 to 1, or a whole number below N", async () => {
  expect(Number(await evaluate(call("rand", "real")))).toBeLessThan(1);
  expect(["0.0", "1.0", "2.0"]).toContain(await evaluate(call("rand", "real", n(3))));
});

test("datetime_list_timezones: names that the conversions know", async () => {
  const names = JSON.parse((await evaluate(call("datetime_list_timezones", "dynamic"))) ?? "[]") as readonly string[];
  expect(names).toContain("Europe/Berlin");
  for (const zone of names.filter((_, i) => i % 40 === 0))
    expect(await evaluate(call("datetime_utc_to_local", "datetime", dt("2024-01-01"), s(zone))), zone).not.toBeNull();
});

test("assert: a condition that fails says the message", async () => {
  const failing = call("assert", "bool", column(b(false)), s("too short"));
  await expect(evaluate(failing)).rejects.toThrow("assert() has failed with message: 'too short'");
});

test("new_guid: another one each time", async () => {
  const guids = [await evaluate(call("new_guid", "guid")), await evaluate(call("new_guid", "guid"))];
  expect(guids[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(guids[0]).not.toBe(guids[1]);
});

test("every function has cases, a page and a null rule", () => {
  const elsewhere = new Set([...Object.keys(endings), "rand", "new_guid", "datetime_list_timezones"]);
  const untested = Object.keys(scalarFunctions).filter(name => specs[name] === undefined && !elsewhere.has(name));
  expect(untested).toEqual([]);
  for (const row of Object.values(scalarFunctions)) {
    expect(row.doc).toMatch(/^https:\/\/learn\.microsoft\.com\/kusto\/query\/[a-z0-9-]+(#[a-z-]+)?$/);
    expect(["propagate", "empty-string", "false", "custom"]).toContain(row.nulls);
  }
});

/** A null of the type of an argument, as a column. */
const nullOf: Readonly<Record<string, Arg>> = {
  bool: column(b(null)),
  int: column(i32(null)),
  long: column(n(null)),
  real: column(r(null)),
  decimal: column(dec(null)),
  datetime: column(dt(null)),
  timespan: column(ts(null)),
  guid: column(guid(null)),
  dynamic: column(d(null)),
};

for (const [name, row] of Object.entries(scalarFunctions)) {
  const spec = specs[name];
  if (spec === undefined || row.nulls !== "propagate") continue;
  test(`${name}: a null argument gives null`, async () => {
    const [args] = spec.cases[0] ?? [[]];
    for (let i = 0; i < args.length; i += 1) {
      const arg = args[i];
      if (arg === undefined || spec.constant?.includes(i) === true) continue;
      const type = arg({ bind: () => "''" } as unknown as Parameters<Arg>[0]).type;
      const nothing = nullOf[type];
      if (nothing === undefined) continue;
      expect(await evaluate(call(name, spec.type, ...args.map((a, j) => (j === i ? nothing : a))))).toBeNull();
    }
  });
}

test("the fifteen numbers of the page on series_stats", async () => {
  const shown = await evaluate(call("series_stats", "dynamic", d(hundred)));
  const [min, minIndex, max, maxIndex, avg, stdev, variance] = JSON.parse(shown ?? "[]") as readonly number[];
  expect([min, minIndex, max, maxIndex, avg]).toEqual([2, 8, 87, 3, 32.8]);
  expect(stdev).toBeCloseTo(28.5036338535483, 10);
  expect(variance).toBeCloseTo(812.457142857143, 9);
});
