/** One figure of each kind, for tests: made of numbers, not of chance. */
import type { ChartNode, FigureNode, HeatmapNode, MapNode, PieNode, ProcessTreeNode, TimelineNode } from "./model.js";

const startMs = Date.UTC(2026, 0, 9, 8, 0);
const hourMs = 3_600_000;
const info = { title: "Sample", source: "workspace Contoso", rows: 240 };

const wave = (i: number): number => Math.round(40 + 30 * Math.sin(i / 4) + ((i * 7919) % 13));

export function sampleTimeline(text = "powershell.exe -enc SQBFAFgA"): TimelineNode {
  const count = 240;
  const offsets = Array.from({ length: count }, (_, i) => i * 1_380_000 + ((i * 104_729) % 900_000)).sort(
    (a, b) => a - b,
  );
  return {
    kind: "timeline",
    info: { ...info, title: "What WKS-0042 did" },
    startMs,
    endMs: startMs + 96 * hourMs,
    lanes: [
      { name: "Process", count: 80 },
      { name: "Sign-in", count: 80 },
      { name: text, count: 80 },
    ],
    colours: ["low", "medium", "high"],
    colourTitle: "Severity",
    events: {
      offsetMs: offsets,
      lane: offsets.map((_, i) => i % 3),
      colour: offsets.map((_, i) => (i * 31) % 3),
      details: {
        columns: ["CommandLine", "Account"],
        rows: offsets.map((_, i) => [`${text} ${i}`, i % 5 === 0 ? null : "marc.oliver"]),
      },
    },
    histogram: Array.from({ length: 96 }, (_, i) => wave(i) % 17),
    references: [{ atMs: startMs + 30 * hourMs, label: "Alert: encoded command", tone: "bad" }],
  };
}

export function sampleValues(): TimelineNode {
  const base = sampleTimeline();
  const offsets = base.events?.offsetMs ?? [];
  return {
    ...base,
    info: { ...info, title: "Bytes sent" },
    colours: ["FS01", "WKS-0042"],
    lanes: [{ name: "", count: 240 }],
    valueTitle: "SentBytes",
    valueMark: "points",
    events: {
      offsetMs: offsets,
      lane: offsets.map(() => 0),
      colour: offsets.map((_, i) => i % 2),
      value: offsets.map((_, i) => wave(i) * 1_000_000),
      lastsMs: offsets.map((_, i) => (i % 20 === 0 ? 2 * hourMs : 0)),
    },
  };
}

export function sampleBins(): TimelineNode {
  const base = sampleTimeline();
  delete (base as { events?: unknown }).events;
  const slots = Array.from({ length: 300 }, (_e, i) => i);
  return {
    ...base,
    info: { ...info, rows: 1_000_000, notes: ["counted in spans of 19 min 12 s"] },
    bins: {
      widthMs: (96 * hourMs) / 100,
      index: slots.map(i => Math.floor(i / 3)),
      lane: slots.map(i => i % 3),
      colour: slots.map(i => i % 3),
      count: slots.map(i => wave(i) ** 2),
    },
  };
}

export function sampleTree(text = "powershell.exe -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQA"): ProcessTreeNode {
  return {
    kind: "processTree",
    info: { ...info, title: "Process tree of WKS-0042" },
    name: [
      "C:\\Windows\\explorer.exe",
      "C:\\Program Files\\EXCEL.EXE",
      "powershell.exe",
      "rundll32.exe",
      "C:\\Windows\\notepad.exe",
      text,
    ],
    parent: [-1, 0, 1, 2, 0, -1],
    processId: ["4120", "5012", "5100", "5204", "6000", "77"],
    atMs: [null, startMs, startMs + 31_000, startMs + 45_000, startMs + hourMs, startMs + 2 * hourMs],
    commandLine: ["", '"EXCEL.EXE" Q3-adjustments.xlsm', text, "rundll32 comsvcs.dll, MiniDump 624", "notepad", text],
    account: ["", "contoso\\marc.oliver", "contoso\\marc.oliver", "NT AUTHORITY\\SYSTEM", "contoso\\marc.oliver", text],
    host: ["WKS-0042", "WKS-0042", "WKS-0042", "WKS-0042", "WKS-0042", "LNX-WEB01"],
    ghost: [1, 0, 0, 0, 0, 0],
    tone: [null, null, "warning", "bad", null, null],
    remark: ["parent is not in the data", null, "encoded command", "memory of LSASS", null, text],
    hidden: [0, 0, 0, 0, 12, 0],
    row: [0, 1, 2, 3, 4, 17],
    summary: { processes: 5, roots: 2, leaves: 3, branches: 2, isolated: 1, depth: 3, ghosts: 1 },
  };
}

export function sampleMap(text = "198.51.100.23"): MapNode {
  return {
    kind: "map",
    info: { ...info, title: "Where people sign in from" },
    unit: "sign-ins",
    colours: ["Success", "Failed"],
    colourTitle: "Result",
    places: [
      { latitude: 47.6, longitude: -122.3, label: "Seattle, US", count: 4200, colour: 0 },
      { latitude: 53.3, longitude: -6.2, label: "Dublin, IE", count: 1800, colour: 0 },
      { latitude: 34.7, longitude: 135.5, label: "Osaka, JP", count: 900, colour: 0 },
      { latitude: -23.5, longitude: -46.6, label: "São Paulo, BR", count: 700, colour: 0 },
      { latitude: -33, longitude: -71.6, label: "Valparaíso, CL", count: 3, colour: 1, details: [text] },
      { latitude: 56.9, longitude: 24.1, label: text, count: 12, colour: 1 },
    ],
    arcs: [{ from: 1, to: 4, count: 1, label: "41 minutes" }],
    unplaced: [{ label: text, count: 31, why: "no place is known" }],
  };
}

export function sampleChart(mark: ChartNode["mark"], text = "Failed"): ChartNode {
  const category = mark === "bar" || mark === "column";
  const count = category ? 9 : 96;
  const xs = Array.from({ length: count }, (_, i) => (category ? i : startMs + i * hourMs));
  return {
    kind: "chart",
    info: { ...info, title: `${mark} chart` },
    mark,
    x: { type: category ? "category" : mark === "scatter" ? "number" : "time", title: "Application" },
    y: { type: "number", title: "Sign-ins" },
    ...(category ? { categories: xs.map(i => (i === 3 ? text : `Application number ${i}`)) } : {}),
    series: [
      { name: "Success", x: xs, y: xs.map((_, i) => wave(i) * 1000) },
      ...(mark === "bar" ? [] : [{ name: text, x: xs, y: xs.map((_, i) => (i === 40 ? null : wave(i + 9) * 400)) }]),
    ],
    stack: mark === "area" ? "stacked" : "none",
    references: category
      ? []
      : [{ atMs: startMs + 30 * hourMs, endMs: startMs + 40 * hourMs, label: "sensor silent", tone: "warning" }],
  };
}

export function sampleAnomalies(): ChartNode {
  const base = sampleChart("line");
  const [first] = base.series;
  const ys = first?.y ?? [];
  return {
    ...base,
    info: { ...info, title: "Anomalies" },
    series: [
      { name: "Observed", x: first?.x ?? [], y: ys },
      { name: "Baseline", x: first?.x ?? [], y: ys.map((_, i) => 42_000 + 28_000 * Math.sin(i / 4)), role: "baseline" },
      { name: "Anomaly", x: [startMs + 50 * hourMs], y: [ys[50] ?? 0], role: "anomaly" },
    ],
    references: [],
  };
}

export function samplePie(text = "Password spray"): PieNode {
  return {
    kind: "pie",
    info: { ...info, title: "Alerts by name" },
    unit: "alerts",
    slices: [text, "Impossible travel", "Encoded PowerShell", "Inbox rule"].map((name, i) => ({
      name,
      value: 40 / (i + 1),
    })),
  };
}

export function sampleHeatmap(text = "Wed"): HeatmapNode {
  const days = ["Mon", "Tue", text, "Thu", "Fri", "Sat", "Sun"];
  return {
    kind: "heatmap",
    info: { ...info, title: "When people work" },
    x: { title: "Hour (UTC)", names: Array.from({ length: 24 }, (_, i) => String(i)) },
    y: { title: "Day", names: days },
    values: days.map((_d, y) =>
      Array.from({ length: 24 }, (_h, x) => (y > 4 ? (x === 3 ? null : 0) : wave(x * 3) * (x > 7 && x < 18 ? 3 : 1))),
    ),
    valueTitle: "sign-ins",
  };
}

/** One of each, with `text` wherever data may put text. */
export function sampleFigures(text?: string): readonly FigureNode[] {
  return [
    sampleTimeline(text),
    sampleValues(),
    sampleBins(),
    sampleTree(text),
    sampleMap(text),
    ...(["line", "area", "column", "bar", "scatter"] as const).map(mark => sampleChart(mark, text)),
    sampleAnomalies(),
    samplePie(text),
    sampleHeatmap(text),
  ];
}
