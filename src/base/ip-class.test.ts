import { expect, test } from "vitest";
import { classifyIp } from "./ip-class.js";

test.each([
  ["8.8.8.8", "Public", true],
  ["85.214.149.236", "Public", true],
  ["10.1.2.3", "Private", false],
  ["172.15.255.255", "Public", true],
  ["172.16.0.0", "Private", false],
  ["172.31.255.255", "Private", false],
  ["172.32.0.0", "Public", true],
  ["192.168.0.1", "Private", false],
  ["100.64.0.1", "Private", false],
  ["100.128.0.0", "Public", true],
  ["127.0.0.1", "Loopback", false],
  ["169.254.169.254", "Link Local", false],
  ["0.0.0.0", "Unspecified", false],
  ["0.1.2.3", "Reserved", false],
  ["192.0.2.1", "Reserved", false],
  ["198.18.0.1", "Reserved", false],
  ["198.20.0.0", "Public", true],
  ["198.51.100.23", "Reserved", false],
  ["203.0.113.140", "Reserved", false],
  ["224.0.0.251", "Multicast", false],
  ["240.0.0.1", "Reserved", false],
  ["255.255.255.255", "Reserved", false],
  ["192.0.0.9", "Public", true],
  ["::", "Unspecified", false],
  ["::1", "Loopback", false],
  ["2606:4700:4700::1111", "Public", true],
  ["2001:db8::1", "Reserved", false],
  ["2001::1", "Reserved", false],
  ["3fff:1::1", "Reserved", false],
  ["fe80::1", "Link Local", false],
  ["fd00::1", "Private", false],
  ["ff02::1", "Multicast", false],
  ["4000::1", "Reserved", false],
  // Addresses that carry another one are as reachable as that one.
  ["::ffff:10.0.0.1", "Private", false],
  ["::ffff:8.8.8.8", "Public", true],
  ["64:ff9b::10.0.0.1", "Private", false],
  ["64:ff9b::8.8.8.8", "Public", true],
  ["2002:0a00:0001::1", "Private", false],
  ["2002:0808:0808::1", "Public", true],
  ["::127.0.0.1", "Loopback", false],
])("%s is %s", (text, type, global) => {
  expect(classifyIp(text)).toMatchObject({ type, global });
});

test("the purpose names the RFC", () => {
  expect(classifyIp("192.168.1.1")?.purpose).toBe("private use (RFC 1918)");
  expect(classifyIp("64:ff9b::10.0.0.1")?.purpose).toBe("private use (RFC 1918), translated to IPv6");
});

test.each(["", "10.0.0", "host", "1.2.3.4:80", "010.0.0.1"])("%j has no class", text => {
  expect(classifyIp(text)).toBeUndefined();
});
