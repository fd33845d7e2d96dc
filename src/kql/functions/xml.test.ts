import { expect, test } from "vitest";
import { xmlToJson } from "./xml.js";

// https://learn.microsoft.com/kusto/query/parse-xml-function
test.each([
  ["<e/>", '{"e":null}'],
  ["<e>text</e>", '{"e":"text"}'],
  ['<e name="value" />', '{"e":{"@name":"value"}}'],
  ['<e name="value">text</e>', '{"e":{"@name":"value","#text":"text"}}'],
  ["<e> <a>text</a> <b>text</b> </e>", '{"e":{"a":"text","b":"text"}}'],
  ["<e> <a>text</a> <a>text</a> </e>", '{"e":{"a":["text","text"]}}'],
  ["<e> text <a>text</a> </e>", '{"e":{"#text":"text","a":"text"}}'],
  ['<?xml version="1.0"?><!-- c --><d><v>118.0</v></d>', '{"d":{"v":"118.0"}}'],
  ["<e><![CDATA[a < b]]></e>", '{"e":"a < b"}'],
  ["<e>&lt;&#65;&#x42;&amp;</e>", '{"e":"<AB&"}'],
  ["<e a='1' b=\"2\"></e>", '{"e":{"@a":"1","@b":"2"}}'],
  ["<ns:e xmlns:ns='u'><ns:f/></ns:e>", '{"ns:e":{"@xmlns:ns":"u","ns:f":null}}'],
])("%s", (xml, json) => {
  expect(xmlToJson(xml)).toBe(json);
});

test.each([
  ["no element", "text"],
  ["an element that is not closed", "<e>"],
  ["crossed elements", "<a><b></a></b>"],
  ["two roots", "<a/><b/>"],
  ["an unknown entity", "<e>&evil;</e>"],
  ["an entity declaration", '<!DOCTYPE e [<!ENTITY x "y">]><e>&x;</e>'],
  ["an attribute twice", '<e a="1" a="2"/>'],
  ["a bare ampersand", "<e>a & b</e>"],
  ["nothing", ""],
  ["nesting without end", "<a>".repeat(2000) + "</a>".repeat(2000)],
  ["more than a megabyte", `<e>${"x".repeat(1_048_576)}</e>`],
])("%s is no XML", (_name, xml) => {
  expect(xmlToJson(xml)).toBeUndefined();
});

test("a child named __proto__ is only a name", () => {
  expect(xmlToJson("<e><__proto__>x</__proto__><f>1</f></e>")).toBe('{"e":{"__proto__":"x","f":"1"}}');
});
