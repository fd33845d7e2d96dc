/** Units, hashes of several values, packed texts, sketches: expected values from the pages, marked ≈ where those round. */
import { b, d, dec, dt, json, n, r, s, ts } from "./harness.js";
import { of, string, withConstants, type Specs } from "./cases.js";

const small = '[[1024,14],["1","5","-7"],[]]';
const digest = json('[[7,"long"],[1,2,10],[1,1,2]]');

export const sketchSpecs: Specs = {
  convert_angle: of(
    "real",
    [[r(1.2), s("Degree"), s("Arcminute")], "≈72"],
    [[r(1.2), s("degree"), s("Arcminute")], null],
    [[r(0.5), s("Tilt"), s("Degree")], "≈30"],
    [[r(180), s("Degree"), s("Tilt")], "≈1.2246467991473532e-16"],
  ),
  convert_energy: of(
    "real",
    [[r(1.2), s("Joule"), s("BritishThermalUnit")], "≈0.0011373805443759754"],
    [[r(1), s("Kilocalorie"), s("Joule")], "≈4184"],
  ),
  convert_force: of("real", [[r(1.2), s("Newton"), s("Decanewton")], "≈0.12"]),
  convert_length: of(
    "real",
    [[r(1.2), s("Meter"), s("Foot")], "≈3.9370078740157477"],
    [[n(1), s("Mile"), s("Yard")], "≈1760"],
    [[r(1), s("Meter"), s("Kelvin")], null],
    [[r(1), s("constructor"), s("Meter")], null],
  ),
  convert_mass: of("real", [[r(1.2), s("Kilogram"), s("Pound")], "≈2.6455471462185310"]),
  convert_speed: of("real", [[r(1.2), s("MeterPerSecond"), s("CentimeterPerHour")], "≈432000"]),
  convert_temperature: of(
    "real",
    [[r(1.2), s("Kelvin"), s("DegreeCelsius")], "≈-271.95"],
    [[r(212), s("DegreeFahrenheit"), s("DegreeCelsius")], "≈100"],
  ),
  convert_volume: of("real", [[r(1.2), s("CubicMeter"), s("AcreFoot")], "≈0.0009728568"]),

  // No page says what Kusto's combination is: only that it depends on the values and on nothing else.
  hash_combine: of("long", [[n(1), n(2)], "5411092459628516524"], [[n(2), n(1)], "4706925099738444331"]),
  hash_many: of("long", [[s("Hello"), s("World")], "5078818810206325213"], [[n(1)], "7046788939542163588"]),
  gzip_compress_to_base64_string: string([
    [s("1234567890qwertyuiop")],
    "H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA==",
  ]),
  zlib_compress_to_base64_string: string([[s("1234567890qwertyuiop")], "eAEBFADr/zEyMzQ1Njc4OTBxd2VydHl1aW9wOAkGdw=="]),
  parse_version: of(
    "decimal",
    [[s("0.0.0.5")], "5"],
    [[s("0.0.7.0")], "700000000"],
    [[s("1.2.3.4")], "1000000020000000300000004"],
    [[s("1")], "1000000000000000000000000"],
    [[s("")], null],
    [[s("1.2.3.4.5")], null],
    [[s("123456789")], null],
  ),
  assert: withConstants([1], of("bool", [[b(true), s("never said")], "True"])),
  estimate_data_size: of(
    "long",
    [[n(1), s("1234567890")], "18"],
    [[s("é")], "2"],
    [[b(true), dt("2020-01-01"), ts("1h"), dec("1"), d({ a: 1 })], "58"],
  ),
  beta_pdf: of(
    "real",
    [[r(0.5), r(10), r(20)], "≈0.746176019310951"],
    [[r(1.5), r(10), r(20)], "NaN"],
    [[r(-10), r(10), r(20)], "NaN"],
    [[r(0.1), r(-1), r(20)], "NaN"],
  ),
  beta_inv: of(
    "real",
    [[r(0.1), r(10), r(20)], "≈0.22641502238874914"],
    [[r(1.5), r(10), r(20)], null],
    [[r(0.1), r(-1), r(20)], "NaN"],
    [[r(0.5), r(2), r(2)], "≈0.5"],
  ),

  hll_merge: of(
    "dynamic",
    [[json(small), json('[[1024,14],["5","9"],[]]')], '[[1024,14],["1","5","9","-7"],[]]'],
    [[json(small), d(null)], '[[1024,14],["1","5","-7"],[]]'],
    // Sketches of another accuracy, and what is none.
    [[json(small), json('[[1024,12],["5"],[]]')], null],
    [[json(small), s("x")], null],
  ),
  dcount_hll: of("long", [[json(small)], "3"], [[d([])], null], [[d("x")], null]),
  tdigest_merge: of(
    "dynamic",
    [[digest, json('[[7,"long"],[2,3],[5,1]]')], '[[7,"long"],[1,2,3,10],[1,6,1,2]]'],
    [[digest, json('[[7,"real"],[2],[5]]')], null],
  ),
  merge_tdigest: of("dynamic", [[digest, d(null)], '[[7,"long"],[1,2,10],[1,1,2]]']),
  percentile_tdigest: of(
    "dynamic",
    [[digest, r(0)], "1"],
    [[digest, r(50)], "2"],
    [[digest, r(51)], "10"],
    [[digest, n(100)], "10"],
    [[json('[[7,"timespan"],[36000000000],[1]]'), r(50)], "01:00:00"],
    [[json('[[7,"datetime"],[630822816000000000],[1]]'), r(50)], "2000-01-01T00:00:00.0000000Z"],
    [[json("[[7],[5000,1000],[1,1]]"), r(50)], "1000.0"],
    [[json('[[7,"long"],[],[]]'), r(50)], null],
  ),
  percentiles_array_tdigest: withConstants(
    [1],
    of("dynamic", [[digest, d([0, 50, 100])], "[1,2,10]"], [[digest, r(10), r(90)], "[1,10]"]),
  ),
  rank_tdigest: of("real", [[digest, n(2)], "2.0"], [[digest, n(0)], "0.0"], [[digest, n(99)], "4.0"]),
  percentrank_tdigest: of("real", [[digest, n(2)], "50.0"]),
};
