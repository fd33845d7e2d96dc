/** Command lines that deserve a look. */
import type { ProcessMark } from "../../frame/plot/host.js";

/** A mark whose pattern is a JavaScript pattern, with one for DuckDB (RE2, letters of any case) that finds all of it and little more. */
export interface BuiltInMark extends ProcessMark {
  readonly match: RegExp;
  readonly sift: string;
}

/** What attackers rarely avoid; each is also done by administrators, so that only the worst is marked bad. */
export const defaultMarks: readonly BuiltInMark[] = [
  {
    match: /comsvcs(\.dll)?[,\s#+24]{1,6}.{0,20}minidump|procdump.{0,40}lsass|sekurlsa|mimikatz/i,
    sift: "comsvcs|procdump.*lsass|sekurlsa|mimikatz",
    tone: "bad",
    remark: "reads the memory of LSASS (T1003.001)",
  },
  {
    match: /vssadmin.{0,40}delete\s+shadows|wmic.{0,30}shadowcopy\s+delete/i,
    sift: "vssadmin.*delete|shadowcopy",
    tone: "bad",
    remark: "deletes shadow copies (T1490)",
  },
  {
    match: /wevtutil(\.exe)?\s+cl\b|clear-eventlog/i,
    sift: "wevtutil|clear-eventlog",
    tone: "bad",
    remark: "clears an event log (T1070.001)",
  },
  {
    match: /disablerealtimemonitoring|set-mppreference.{0,80}-disable/i,
    sift: "disablerealtimemonitoring|set-mppreference",
    tone: "bad",
    remark: "switches protection off (T1562.001)",
  },
  {
    match: /(curl|wget)\b.{0,200}\|\s*(ba|z|da)?sh\b/i,
    sift: "(curl|wget).*\\|",
    tone: "bad",
    remark: "runs a script from the network (T1105)",
  },
  {
    match: /\s-(e|en|enc|enco|encod|encode|encoded|encodedc\w*)\s+[A-Za-z0-9+/=]{16}/i,
    sift: "-e[a-z0-9_]*[^A-Za-z0-9+/=]+[A-Za-z0-9+/=]{16}",
    tone: "warning",
    remark: "encoded command (T1027)",
  },
  {
    match: /certutil.{0,60}-(urlcache|decode)|bitsadmin.{0,60}\/transfer|mshta(\.exe)?\s+["']?https?:/i,
    sift: "certutil.*-(urlcache|decode)|bitsadmin.*/transfer|mshta.*http",
    tone: "warning",
    remark: "fetches a file with a system tool (T1105)",
  },
  {
    match: /nltest.{0,20}\/dclist|net1?(\.exe)?\s+group\s+.?"?domain admins|whoami(\.exe)?\s+\/all|\bquser\b/i,
    sift: "/dclist|domain admins|whoami.*/all|quser",
    tone: "warning",
    remark: "looks around (T1033, T1482, T1069)",
  },
  {
    match: /\b7z(\.exe|a)?\b.{0,60}\s-p\S|rar(\.exe)?\s+a\s.{0,60}-hp/i,
    sift: "7z.*-p|rar.*-hp",
    tone: "warning",
    remark: "packs files with a password (T1560.001)",
  },
];
