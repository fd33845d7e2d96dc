/**
 * Units of `convert_…()`, as factors to one base unit of each kind. Names are those of Microsoft's pages; factors are the
 * international definitions (NIST SP 811, IAU, CODATA 2018).
 */

/** `base = value * scale + offset`; of a `sine`, the base is the angle that has it. */
export interface Unit {
  readonly scale: number;
  readonly offset: number;
  readonly sine?: boolean;
}
export type UnitKind = "angle" | "energy" | "force" | "length" | "mass" | "speed" | "temperature" | "volume";

const prefixes = {
  Nano: 1e-9,
  Micro: 1e-6,
  Milli: 1e-3,
  Centi: 1e-2,
  Deci: 1e-1,
  Deca: 1e1,
  Hecto: 1e2,
  Kilo: 1e3,
  Mega: 1e6,
  Giga: 1e9,
  Tera: 1e12,
} as const;
type Prefix = keyof typeof prefixes;

/** The unit and its multiples: `prefixed("Joule", 1, ["Kilo"])` is Joule and Kilojoule. */
function prefixed(name: string, scale: number, list: readonly Prefix[]): Readonly<Record<string, number>> {
  const lower = name.charAt(0).toLowerCase() + name.slice(1);
  return Object.fromEntries([[name, scale], ...list.map(p => [p + lower, prefixes[p] * scale] as const)]);
}

/** Speeds: a length per second, minute and hour. */
function perTime(name: string, meters: number, list = ["Second", "Minute", "Hour"]): Readonly<Record<string, number>> {
  const seconds: Readonly<Record<string, number>> = { Second: 1, Minute: 60, Hour: 3600 };
  return Object.fromEntries(list.map(t => [`${name}Per${t}`, meters / (seconds[t] ?? 1)]));
}

const foot = 0.3048;
const surveyFoot = 1200 / 3937;
const inch = 0.0254;
const cubicFoot = foot ** 3;
const usGallon = 0.003785411784;
const imperialGallon = 0.00454609;
const pound = 0.45359237;
const gravity = 9.80665;
const poundForce = pound * gravity;
const thermalUnit = 1055.05585262;

const scales: Readonly<Record<Exclude<UnitKind, "temperature">, Readonly<Record<string, number>>>> = {
  angle: {
    ...prefixed("Radian", 1, ["Nano", "Micro", "Milli", "Centi", "Deci"]),
    ...prefixed("Degree", Math.PI / 180, ["Nano", "Micro", "Milli"]),
    Arcminute: Math.PI / 180 / 60,
    Arcsecond: Math.PI / 180 / 3600,
    Gradian: Math.PI / 200,
    NatoMil: Math.PI / 3200,
    Revolution: 2 * Math.PI,
    Tilt: 1,
  },
  energy: {
    ...prefixed("Joule", 1, ["Milli", "Kilo", "Mega", "Giga"]),
    ...prefixed("Calorie", 4.184, ["Kilo", "Mega"]),
    ...prefixed("BritishThermalUnit", thermalUnit, ["Kilo", "Mega", "Giga"]),
    ...prefixed("ElectronVolt", 1.602176634e-19, ["Kilo", "Mega", "Giga", "Tera"]),
    ...prefixed("WattHour", 3600, ["Kilo", "Mega", "Giga", "Tera"]),
    ...prefixed("WattDay", 86400, ["Kilo", "Mega", "Giga", "Tera"]),
    ...prefixed("ThermEc", 1e5 * thermalUnit, ["Deca"]),
    ...prefixed("ThermUs", 1.054804e8, ["Deca"]),
    ...prefixed("ThermImperial", 1.05505585257348e8, ["Deca"]),
    Erg: 1e-7,
    FootPound: foot * poundForce,
    HorsepowerHour: 76.0402249 * gravity * 3600,
  },
  force: {
    ...prefixed("Newton", 1, ["Micro", "Milli", "Deca", "Kilo", "Mega"]),
    Dyn: 1e-5,
    KilogramForce: gravity,
    KiloPond: gravity,
    TonneForce: 1000 * gravity,
    Poundal: pound * foot,
    PoundForce: poundForce,
    KilopoundForce: 1000 * poundForce,
    OunceForce: poundForce / 16,
    ShortTonForce: 2000 * poundForce,
  },
  length: {
    ...prefixed("Meter", 1, ["Nano", "Micro", "Milli", "Centi", "Deci", "Deca", "Hecto", "Kilo"]),
    ...prefixed("Parsec", 3.08567758128e16, ["Kilo", "Mega"]),
    ...prefixed("LightYear", 9.46073047258e15, ["Kilo", "Mega"]),
    Angstrom: 1e-10,
    AstronomicalUnit: 1.495978707e11,
    Chain: 66 * foot,
    DataMile: 6000 * foot,
    DtpPica: inch / 6,
    DtpPoint: inch / 72,
    Fathom: 6 * foot,
    Foot: foot,
    Hand: 4 * inch,
    Inch: inch,
    Microinch: inch * 1e-6,
    Mil: inch / 1000,
    Mile: 5280 * foot,
    NauticalMile: 1852,
    PrinterPica: (inch * 400) / 2409,
    PrinterPoint: inch / 72.27,
    Shackle: 90 * foot,
    SolarRadius: 6.957e8,
    Twip: inch / 1440,
    UsSurveyFoot: surveyFoot,
    Yard: 3 * foot,
  },
  mass: {
    ...prefixed("Gram", 1e-3, ["Nano", "Micro", "Milli", "Centi", "Deci", "Deca", "Hecto", "Kilo"]),
    ...prefixed("Tonne", 1e3, ["Kilo", "Mega"]),
    ...prefixed("Pound", pound, ["Kilo", "Mega"]),
    EarthMass: 5.9722e24,
    Grain: 64.79891e-6,
    LongHundredweight: 112 * pound,
    LongTon: 2240 * pound,
    Ounce: pound / 16,
    ShortHundredweight: 100 * pound,
    ShortTon: 2000 * pound,
    Slug: (pound * gravity) / foot,
    SolarMass: 1.98947e30,
    Stone: 14 * pound,
  },
  speed: {
    ...perTime("Meter", 1),
    ...perTime("Centimeter", 1e-2),
    ...perTime("Decimeter", 1e-1, ["Second", "Minute"]),
    ...perTime("Kilometer", 1e3),
    ...perTime("Micrometer", 1e-6, ["Second", "Minute"]),
    ...perTime("Millimeter", 1e-3),
    ...perTime("Nanometer", 1e-9, ["Second", "Minute"]),
    ...perTime("Foot", foot),
    ...perTime("UsSurveyFoot", surveyFoot),
    ...perTime("Inch", inch),
    ...perTime("Yard", 3 * foot),
    ...perTime("Mile", 5280 * foot, ["Hour"]),
    Knot: 1852 / 3600,
  },
  volume: {
    ...prefixed("Liter", 1e-3, ["Micro", "Milli", "Centi", "Deci", "Deca", "Hecto", "Kilo", "Mega"]),
    ...prefixed("CubicFoot", cubicFoot, ["Hecto", "Kilo", "Mega"]),
    ...prefixed("CubicMeter", 1, ["Hecto", "Kilo"]),
    ...prefixed("UsGallon", usGallon, ["Deca", "Deci", "Hecto", "Kilo", "Mega"]),
    ...prefixed("ImperialGallon", imperialGallon, ["Kilo", "Mega"]),
    // Not 43,560 cubic feet: the page of convert_volume prints 1.2 m³ = 0.0009728568.
    AcreFoot: 1 / 0.000810714,
    AuTablespoon: 2e-5,
    BoardFoot: cubicFoot / 12,
    CubicCentimeter: 1e-6,
    CubicDecimeter: 1e-3,
    CubicHectometer: 1e6,
    CubicInch: inch ** 3,
    CubicKilometer: 1e9,
    CubicMicrometer: 1e-18,
    CubicMile: (5280 * foot) ** 3,
    CubicMillimeter: 1e-9,
    CubicYard: 27 * cubicFoot,
    ImperialBeerBarrel: 36 * imperialGallon,
    ImperialOunce: imperialGallon / 160,
    ImperialPint: imperialGallon / 8,
    MetricCup: 2.5e-4,
    MetricTeaspoon: 5e-6,
    OilBarrel: 42 * usGallon,
    UkTablespoon: 1.5e-5,
    UsBeerBarrel: 31 * usGallon,
    UsCustomaryCup: usGallon / 16,
    UsLegalCup: 2.4e-4,
    UsOunce: usGallon / 128,
    UsPint: usGallon / 8,
    UsQuart: usGallon / 4,
    UsTablespoon: usGallon / 256,
    UsTeaspoon: usGallon / 768,
  },
};

/** To kelvin. */
const temperatures: Readonly<Record<string, Unit>> = {
  Kelvin: { scale: 1, offset: 0 },
  DegreeCelsius: { scale: 1, offset: 273.15 },
  MillidegreeCelsius: { scale: 1e-3, offset: 273.15 },
  DegreeDelisle: { scale: -2 / 3, offset: 373.15 },
  DegreeFahrenheit: { scale: 5 / 9, offset: (459.67 * 5) / 9 },
  DegreeNewton: { scale: 100 / 33, offset: 273.15 },
  DegreeRankine: { scale: 5 / 9, offset: 0 },
  DegreeReaumur: { scale: 5 / 4, offset: 273.15 },
  DegreeRoemer: { scale: 40 / 21, offset: 273.15 - (7.5 * 40) / 21 },
  SolarTemperature: { scale: 5778, offset: 0 },
};

/** Units by the name that the pages list; undefined for any other. */
export function findUnit(kind: UnitKind, name: string): Unit | undefined {
  if (kind === "temperature") return Object.hasOwn(temperatures, name) ? temperatures[name] : undefined;
  const scale = Object.hasOwn(scales[kind], name) ? scales[kind][name] : undefined;
  if (scale === undefined) return undefined;
  return kind === "angle" && name === "Tilt" ? { scale, offset: 0, sine: true } : { scale, offset: 0 };
}

/** Source: https://learn.microsoft.com/kusto/query/convert-angle-function and its sisters. */
export function convertUnit(value: number, from: Unit, to: Unit): number {
  const base = from.sine === true ? Math.asin(value) : value * from.scale;
  return to.sine === true ? Math.sin(base) : (base + (from.offset - to.offset)) / to.scale;
}

export const unitKinds: readonly UnitKind[] = [
  ...(["angle", "energy", "force", "length", "mass", "speed", "temperature", "volume"] as const),
];
/** Every name of a kind, for tests and documentation. */
export const unitNames = (kind: UnitKind): readonly string[] =>
  Object.keys(kind === "temperature" ? temperatures : scales[kind]);
