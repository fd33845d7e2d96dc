/** What attackers write into logs, for every view and every export. */

/** Any of these that runs sets `document.title` to `owned`, or asks for evil.example. */
export const hostileTexts: readonly string[] = [
  `<script>document.title="owned"</script>`,
  `<img src=x onerror="document.title='owned'">`,
  `"><svg/onload=document.title='owned'>`,
  `'><iframe srcdoc="<script>parent.document.title='owned'</script>">`,
  `</style><script>document.title="owned"</script>`,
  `</title></text></svg><script>document.title="owned"</script>`,
  `<svg><animate onbegin=document.title='owned' attributeName=x></svg>`,
  `<a href="javascript:document.title='owned'">click</a>`,
  `javascript:document.title='owned'`,
  `&#60;script&#62;document.title="owned"&#60;/script&#62;`,
  `&lt;img src=x onerror=document.title='owned'&gt;`,
  `]]><script>document.title="owned"</script>`,
  `{{constructor.constructor("document.title='owned'")()}}`,
  `\${document.title='owned'}`,
  `url(javascript:document.title='owned')`,
  `" onmouseover="document.title='owned'" x="`,
  `' autofocus onfocus='document.title="owned"`,
  `<link rel=stylesheet href=http://evil.example/x.css>`,
  `<meta http-equiv=refresh content="0;url=http://evil.example/">`,
  `<base href="http://evil.example/">`,
  `<style>@import "http://evil.example/x.css";*{display:none}</style>`,
  `<image xlink:href="http://evil.example/x.png">`,
  `<foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="document.title='owned'"></body></foreignObject>`,
  `\u001b]8;;http://evil.example\u0007click\u001b]8;;\u0007\u001b[2J\u001b[31mred`,
  `\u202Egnp.exe\u2066\u200b\u00ad\ufeff`,
  `before\u0000after\u0001\u0008\u007f\u0085\u009b31m`,
  `lone \ud800 surrogate \udfff`,
  `=HYPERLINK("http://evil.example","x")`,
  `__proto__`,
  `constructor`,
  `'; drop table f1; --`,
  `" | take 0 // \\`,
];

/** Strings whose size is the attack: a part and how often it stands. */
export const longTexts: readonly (readonly [part: string, times: number])[] = [
  ["A", 1_000_000],
  ["<b>", 300_000],
  ["\u0301", 200_000],
];
