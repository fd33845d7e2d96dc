/** Functions whose answers come from the host: data that the engine itself has not. */
import type { KqlHost, KqlUdf } from "../../api.js";
import { HuntError } from "../../../base/error.js";
import { strict } from "./define.js";

export function hostUdfs(host: KqlHost): readonly KqlUdf[] {
  return [
    strict("ku_ip_location", ["VARCHAR"], "JSON", address => {
      if (host.locateIp === undefined)
        throw new HuntError(
          "kql/no-geoip",
          "geo_info_from_ip_address() needs GeoIP data, and this session has none; give it some, or leave the function out",
        );
      const found = host.locateIp(address);
      if (found === undefined) return null;
      const { country, state, city, latitude, longitude } = found;
      return JSON.stringify({ country, state, city, latitude, longitude });
    }),
  ];
}
