import { expect, test } from "vitest";
import { hostUdfs } from "./host.js";

const [lookUp] = hostUdfs({
  locateIp: address =>
    address === "20.53.203.50"
      ? { country: "Australia", city: "Sydney", latitude: -33.8715, longitude: 151.2006 }
      : undefined,
});

test("geo_info_from_ip_address: what the host's data says, in the order of the page", () => {
  expect(lookUp?.call("20.53.203.50")).toBe(
    '{"country":"Australia","city":"Sydney","latitude":-33.8715,"longitude":151.2006}',
  );
  expect(lookUp?.call("10.0.0.1")).toBeNull();
  expect(lookUp?.call(null)).toBeNull();
});

test("geo_info_from_ip_address: without data it fails instead of finding nothing", () => {
  const [nothing] = hostUdfs({});
  expect(() => nothing?.call("20.53.203.50")).toThrow(expect.objectContaining({ code: "kql/no-geoip" }));
});
