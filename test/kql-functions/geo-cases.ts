/** Shapes and grids: the examples of the pages, and what their notes say about what is no shape. */
import { d, n, r, s } from "./harness.js";
import { of, string, type Arg, type Specs } from "./cases.js";

type Point = readonly [number, number];
const line = (...coordinates: readonly Point[]): Arg => d({ type: "LineString", coordinates });
const polygon = (...rings: readonly (readonly Point[])[]): Arg => d({ type: "Polygon", coordinates: rings });
const shown = (type: string, coordinates: unknown): string => `≈${JSON.stringify({ type, coordinates })}`;

const parkRing: readonly Point[] = [
  [-73.9495, 40.7969],
  [-73.95807266235352, 40.80068603561921],
  [-73.98201942443848, 40.76825672305777],
  [-73.97317886352539, 40.76455136505513],
  [-73.9495, 40.7969],
];
const park = polygon(parkRing);
const overlapping: readonly Point[] = [
  [-73.94262313842773, 40.775991804565585],
  [-73.98107528686523, 40.791849155467695],
  [-73.99600982666016, 40.77092185281977],
  [-73.96150588989258, 40.75609977566361],
  [-73.94262313842773, 40.775991804565585],
];
const both = d({ type: "MultiPolygon", coordinates: [[parkRing], [overlapping]] });
const repeated = polygon([
  [0, 0],
  [10, 10],
  [10, 10],
  [0, 0],
]);
const road = line(
  ...[[-115.115385, 36.229195] as const, [-115.136995, 36.200366] as const, [-115.140252, 36.19247] as const],
  ...[[-115.143558, 36.188523] as const, [-115.144076, 36.181954] as const, [-115.154662, 36.174483] as const],
  ...[[-115.166431, 36.176388] as const, [-115.183289, 36.175007] as const, [-115.192612, 36.176736] as const],
  ...[[-115.202485, 36.173439] as const, [-115.225355, 36.174365] as const],
);
const fifth = line([-73.978929, 40.785155], [-73.980903, 40.782621]);
const across = line([-73.985195, 40.788275], [-73.974552, 40.779761]);
const triangle = polygon([
  [2, 45],
  [0, 45],
  [1, 44],
  [2, 45],
]);
const beside = polygon([
  [3, 44],
  [2, 45],
  [2, 43],
  [3, 44],
]);
const square = polygon([
  [10, 10],
  [11, 10],
  [11, 11],
  [10, 11],
  [10, 10],
]);
const nothing = '{"type":"GeometryCollection","geometries":[]}';
const unionInput: readonly (readonly Point[])[] = [
  [
    [-73.9495, 40.7969],
    [-73.95807, 40.80068],
    [-73.98201, 40.76825],
    [-73.97317, 40.76455],
    [-73.9495, 40.7969],
  ],
  [
    [-73.94622, 40.79249],
    [-73.96888, 40.79282],
    [-73.9577, 40.7789],
    [-73.94622, 40.79249],
  ],
];
const asPolygons = (rings: readonly (readonly Point[])[]) =>
  rings.map(ring => ({ type: "Polygon", coordinates: [ring] }));

export const geoSpecs: Specs = {
  geo_from_wkt: of(
    "dynamic",
    [[s("POINT (1 2)")], '{"type":"Point","coordinates":[1,2]}'],
    [[s("linestring(1 2,3 4)")], '{"type":"LineString","coordinates":[[1,2],[3,4]]}'],
    [[s("POLYGON ((0 0, 2 0, 2 2, 0 0))")], '{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,0]]]}'],
    [[s("MULTIPOINT ((1 1), 2 2)")], '{"type":"MultiPoint","coordinates":[[1,1],[2,2]]}'],
    [[s("POINT Z (1 2 3)")], '{"type":"Point","coordinates":[1,2]}'],
    [
      [s("GEOMETRYCOLLECTION (POINT (1 1),LINESTRING (2 2, 3 3))")],
      '{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,1]},{"type":"LineString","coordinates":[[2,2],[3,3]]}]}',
    ],
    [[s("LINESTRING")], null],
    [[s("POINT (1 2) POINT (3 4)")], null],
    [[s("")], null],
  ),
  geo_angle: of(
    "real",
    [[r(0), r(10), r(0), r(5), r(3), r(-10)], "≈2.94493843406882"],
    [[r(0), r(10), r(0), r(10), r(3), r(-10)], null],
    [[r(0), r(10), r(0), r(5), r(0), r(5)], null],
    [[r(0), r(10), r(180), r(-10), r(0), r(5)], null],
    [[r(0), r(91), r(0), r(5), r(3), r(-10)], null],
  ),
  geo_closest_point_on_line: of(
    "dynamic",
    [[r(-115.199625), r(36.210419), road], '{"type":"Point","coordinates":[-115.192612,36.176736]}'],
    [[r(1), r(1), d({ type: "LineString" })], null],
    [[r(300), r(3), line([1, 1], [2, 2])], null],
  ),
  geo_closest_point_on_polygon: of(
    "dynamic",
    [[r(-73.9839), r(40.7705), park], shown("Point", [-73.981205580153926, 40.769359452843211])],
    // A point inside is its own nearest.
    [[r(-73.965), r(40.782), polygon([...parkRing].reverse())], '{"type":"Point","coordinates":[-73.965,40.782]}'],
    [[r(500), r(1), park], null],
    [[r(1), r(1), repeated], null],
  ),
  geo_distance_point_to_line: of(
    "real",
    [[r(-115.199625), r(36.210419), road], "≈3797.88887253334"],
    [[r(1), r(1), d({ type: "LineString" })], null],
  ),
  geo_distance_point_to_polygon: of(
    "real",
    [[r(-73.9839), r(40.7705), park], "≈259.940756070596"],
    [[r(-73.965), r(40.782), park], "0.0"],
    [[r(1), r(1), repeated], null],
  ),
  geo_point_in_polygon: of(
    "bool",
    [[r(-73.965), r(40.782), park], "True"],
    [[r(-73.9839), r(40.7705), park], "False"],
    // The other way round it is the same polygon: the smaller part of the sphere.
    [[r(-73.965), r(40.782), polygon([...parkRing].reverse())], "True"],
    // A hole is outside, an island across the antimeridian inside.
    [
      [
        r(5),
        r(5),
        polygon(
          [
            [0, 0],
            [10, 0],
            [10, 10],
            [0, 10],
            [0, 0],
          ],
          [
            [4, 4],
            [4, 6],
            [6, 6],
            [6, 4],
            [4, 4],
          ],
        ),
      ],
      "False",
    ],
    [
      [
        r(2),
        r(5),
        polygon(
          [
            [0, 0],
            [10, 0],
            [10, 10],
            [0, 10],
            [0, 0],
          ],
          [
            [4, 4],
            [4, 6],
            [6, 6],
            [6, 4],
            [4, 4],
          ],
        ),
      ],
      "True",
    ],
    [
      [
        r(-179.5),
        r(0.5),
        polygon([
          [179, 0],
          [-179, 0],
          [-179, 1],
          [179, 1],
          [179, 0],
        ]),
      ],
      "True",
    ],
    [
      [
        r(0),
        r(89),
        polygon([
          [0, 80],
          [120, 80],
          [-120, 80],
          [0, 80],
        ]),
      ],
      "True",
    ],
    [[r(200), r(1), park], null],
    [[r(1), r(1), repeated], null],
    [[r(1), r(1), s("{}")], null],
  ),
  geo_intersects_2lines: of(
    "bool",
    [[fifth, across], "True"],
    [[fifth, fifth], "True"],
    [[line([1, 1], [2, 2]), line([3, 3], [4, 4])], "False"],
    [[line([1, 1], [2, 2]), line([3, 3])], null],
  ),
  geo_intersects_line_with_polygon: of(
    "bool",
    [[across, park], "False"],
    [[line([-73.985195, 40.788275], [-73.969, 40.779]), park], "True"],
    [[line([-73.965, 40.782], [-73.9649, 40.7821]), park], "True"],
    [[line([1, 1], [2, 2]), park], "False"],
    [[line([1, 1]), park], null],
  ),
  geo_intersects_2polygons: of(
    "bool",
    [[park, polygon(overlapping)], "True"],
    [[triangle, beside], "True"],
    [[park, triangle], "False"],
    [[park, repeated], null],
  ),
  geo_intersection_2lines: of(
    "dynamic",
    [[fifth, across], shown("Point", [-73.97983711667098, 40.783989289772165])],
    [[fifth, fifth], '{"type":"LineString","coordinates":[[-73.978929,40.785155],[-73.980903,40.782621]]}'],
    [[line([1, 1], [2, 2]), line([3, 3], [4, 4])], nothing],
    [[fifth, park], null],
  ),
  geo_intersection_line_with_polygon: of(
    "dynamic",
    [
      [
        line([-110.522, 39.198], [-91.428, 40.88]),
        polygon(
          [
            [-90.263, 36.738],
            [-102.041, 45.274],
            [-109.335, 36.527],
            [-90.263, 36.738],
          ],
          [
            [-100.393, 41.705],
            [-103.139, 38.925],
            [-97.558, 39.113],
            [-100.393, 41.705],
          ],
        ),
      ],
      shown("MultiLineString", [
        [
          [-106.89353655881905, 39.769226209776306],
          [-101.74448553679453, 40.373506008712525],
        ],
        [
          [-99.136499431328858, 40.589336512699994],
          [-95.284527737311791, 40.799060242246348],
        ],
      ]),
    ],
    [[line([1, 1], [2, 2]), park], nothing],
  ),
  geo_intersection_2polygons: of(
    "dynamic",
    [[triangle, beside], '{"type":"Point","coordinates":[2,45]}'],
    [[park, triangle], nothing],
    [[triangle, repeated], null],
  ),
  geo_union_polygons_array: of(
    "dynamic",
    [
      [d(asPolygons(unionInput))],
      shown("Polygon", [
        [
          [-73.9495, 40.7969],
          [-73.95807, 40.80068],
          [-73.9639277517478, 40.792748258673875],
          [-73.96888, 40.792819999999992],
          [-73.9662719791645, 40.7895734224338],
          [-73.98201, 40.76825],
          [-73.97317, 40.76455],
          [-73.960302383706178, 40.782140794645024],
          [-73.9577, 40.7789],
          [-73.94622, 40.79249],
          [-73.9526593223173, 40.792584227716468],
          [-73.9495, 40.7969],
        ],
      ]),
    ],
    [[d([...asPolygons(unionInput), { type: "Polygon", coordinates: [[[1, 1]]] }])], null],
    [[d([])], null],
  ),
  geo_union_lines_array: of(
    "dynamic",
    [
      [
        d([
          {
            type: "LineString",
            coordinates: [
              [1, 1],
              [2, 2],
            ],
          },
          {
            type: "LineString",
            coordinates: [
              [2, 2],
              [3, 1],
            ],
          },
          {
            type: "LineString",
            coordinates: [
              [1, 1],
              [2, 2],
            ],
          },
        ]),
      ],
      '{"type":"LineString","coordinates":[[1,1],[2,2],[3,1]]}',
    ],
    [[d([{ type: "LineString", coordinates: [[1, 1]] }])], null],
  ),
  geo_simplify_polygons_array: of(
    "dynamic",
    [[d(asPolygons(unionInput)), n(10000)], null],
    [[d(asPolygons(unionInput)), n(-1)], null],
    [[d(asPolygons(unionInput.slice(1)))], JSON.stringify(asPolygons(unionInput)[1])],
  ),
  geo_polygon_simplify: of(
    "dynamic",
    // The corner that lies a meter beside its edge goes.
    [
      [
        polygon([
          [0, 0],
          [0.5, -0.000005],
          [1, 0],
          [1, 1],
          [0, 0],
        ]),
      ],
      '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}',
    ],
    [
      [
        polygon([
          [5, 48],
          [5, 48],
        ]),
      ],
      null,
    ],
    [[square, r(-0.1)], null],
    [[square, n(1000000)], null],
  ),
  geo_line_simplify: of(
    "dynamic",
    [[line([0, 0], [0.5, 0.000005], [1, 0], [1, 1])], '{"type":"LineString","coordinates":[[0,0],[1,0],[1,1]]}'],
    [[line([0, 0], [0.5, 0.000005], [1, 0]), r(0)], '{"type":"LineString","coordinates":[[0,0],[0.5,0.000005],[1,0]]}'],
    [[line([0, 0], [1, 0]), r(8000000)], null],
  ),
  geo_polygon_densify: of(
    "dynamic",
    [
      [square],
      '{"type":"Polygon","coordinates":[[[10,10],[10.25,10],[10.5,10],[10.75,10],[11,10],[11,11],[10.75,11],[10.5,11],[10.25,11],[10,11],[10,10]]]}',
    ],
    [
      [
        polygon([
          [10, 900],
          [11, 10],
          [11, 11],
          [10, 900],
        ]),
      ],
      null,
    ],
    [[square, n(0)], null],
  ),
  geo_line_densify: of(
    "dynamic",
    [
      [line([50, 50], [51, 51])],
      '{"type":"LineString","coordinates":[[50,50],[50.125,50.125],[50.25,50.25],[50.375,50.375],[50.5,50.5],[50.625,50.625],[50.75,50.75],[50.875,50.875],[51,51]]}',
    ],
    [
      [line([-73.949247, 40.79686], [-73.973017, 40.764323])],
      '{"type":"LineString","coordinates":[[-73.949247,40.79686],[-73.973017,40.764323]]}',
    ],
    // The shorter way is across the antimeridian.
    [
      [line([179.5, 50], [-179.5, 50])],
      '{"type":"LineString","coordinates":[[179.5,50],[179.75,50],[180,50],[-179.75,50],[-179.5,50]]}',
    ],
    [[line([300, 1], [1, 1])], null],
    [[line([1, 1], [2, 2]), n(0)], null],
  ),
  geo_polygon_area: of("real", [[park], "≈3475207.28346606"], [[both], "≈10889971.5343487"], [[repeated], null]),
  geo_polygon_perimeter: of("real", [[park], "≈9930.30149604938"], [[both], "≈15943.5384578745"], [[repeated], null]),
  geo_polygon_centroid: of(
    "dynamic",
    [
      [
        polygon([
          [0, 0],
          [90, 0],
          [0, 90],
          [0, 0],
        ]),
      ],
      shown("Point", [45, 35.264389682754654]),
    ],
    [[repeated], null],
  ),
  geo_line_length: of("real", [[line([0, 0], [90, 0])], "≈10007559.105973555"], [[line([1, 1])], null]),
  geo_line_centroid: of(
    "dynamic",
    [[line([-73.95796, 40.80042], [-73.97317, 40.764486])], shown("Point", [-73.965567057230942, 40.782453249627416])],
    [[line([1, 1])], null],
  ),
  geo_line_locate_point: of(
    "real",
    [[line([-73.95796, 40.80042], [-73.97317, 40.764486]), r(-73.965), r(40.792)], "≈0.25560135100307552"],
    [
      [
        d({
          type: "MultiLineString",
          coordinates: [
            [
              [0, 0],
              [1, 1],
            ],
            [
              [2, 2],
              [3, 3],
            ],
          ],
        }),
        r(1),
        r(1),
      ],
      null,
    ],
    [[line([1, 1]), r(1), r(1)], null],
  ),
  geo_line_interpolate_point: of(
    "dynamic",
    [[line([0, 0], [90, 0]), r(0.5)], shown("Point", [45, 0])],
    [[line([0, 0], [90, 0]), r(0)], '{"type":"Point","coordinates":[0,0]}'],
    [[line([0, 0], [90, 0]), n(1)], '{"type":"Point","coordinates":[90,0]}'],
    [[line([0, 0], [90, 0]), r(1.1)], null],
  ),
  geo_point_buffer: of(
    "dynamic",
    [[r(200), r(1), r(0.1)], null],
    [[r(10), r(10), r(-1)], null],
    [[r(10), r(10), r(1000000), r(0.5)], null],
  ),
  geo_line_buffer: of("dynamic", [[line([0, 0], [1, 1]), r(0)], null], [[line([1, 1]), r(5)], null]),
  geo_polygon_buffer: of("dynamic", [[square, r(0)], null], [[d({ type: "p" }), r(1)], null]),
  geo_geohash_to_polygon: of(
    "dynamic",
    [
      [s("dr5ru")],
      '{"type":"Polygon","coordinates":[[[-74.00390625,40.7373046875],[-73.9599609375,40.7373046875],[-73.9599609375,40.78125],[-74.00390625,40.78125],[-74.00390625,40.7373046875]]]}',
    ],
    [[s("a")], null],
  ),
  geo_geohash_neighbors: of(
    "dynamic",
    [[s("sunny")], '["sunnt","sunpj","sunnx","sunpn","sunnv","sunpp","sunnz","sunnw"]'],
    [[s("0")], '["r","2","p","3","1"]'],
    [[s("a")], null],
  ),
  geo_point_to_s2cell: string(
    [[r(-80.195829), r(25.802215), n(8)], "88d9b"],
    [[r(10.6842), r(53), n(8)], "47ae3"],
    [[r(0), r(0), n(30)], "1000000000000001"],
    [[r(300), r(1), n(8)], ""],
    [[r(1), r(1), n(35)], ""],
    [[r(1), r(1), n(null)], ""],
  ),
  geo_s2cell_to_central_point: of(
    "dynamic",
    [[s("1234567")], shown("Point", [9.86830731850408, 27.4683929258276])],
    [[s("a")], null],
    [[s("")], null],
  ),
  geo_s2cell_to_polygon: of(
    "dynamic",
    [
      [s("89c259")],
      shown("Polygon", [
        [
          [-74.030012249838478, 40.8012684339439],
          [-74.030012249838478, 40.7222262918358],
          [-73.935982114337421, 40.708880489804564],
          [-73.935982114337421, 40.787917134506841],
          [-74.030012249838478, 40.8012684339439],
        ],
      ]),
    ],
    [[s("a")], null],
  ),
  geo_s2cell_neighbors: of(
    "dynamic",
    [[s("89c259")], '["89c25d","89c2f9","89c251","89c257","89c25f","89c25b","89c2f7","89c2f5"]'],
    [[s("a")], null],
  ),
  geo_polygon_to_s2cells: of(
    "dynamic",
    [[square, n(5)], '["1054","10fc","1104","11ac"]'],
    [
      [
        polygon([
          [0, 0],
          [0, 50],
          [100, 50],
          [0, 0],
        ]),
        n(30),
      ],
      null,
    ],
    [[square, n(31)], null],
  ),
  geo_line_to_s2cells: of(
    "dynamic",
    [[line([10.2, 10.2], [10.3, 10.3]), n(8)], '["10553","10555"]'],
    [[line([10.2, 10.2], [10.3, 10.3]), n(8), r(20000)], '["10551","10553","10555","10557","11aab","11aad"]'],
    [
      [
        d({
          type: "LineString",
          coordinates: [
            [
              [0, 0],
              [0, 0],
            ],
          ],
        }),
      ],
      null,
    ],
  ),
  geo_point_to_h3cell: string(
    [[r(-74.04450446039874), r(40.689250859314974), n(6)], "862a1072fffffff"],
    [[r(1), r(1), n(16)], ""],
    [[r(300), r(1), n(8)], ""],
  ),
  geo_h3cell_to_central_point: of(
    "dynamic",
    [[s("862a1072fffffff")], shown("Point", [-74.016008479792447, 40.7041679083504])],
    [[s("1")], null],
  ),
  geo_h3cell_to_polygon: of(
    "dynamic",
    [
      [s("862a1072fffffff")],
      shown("Polygon", [
        [
          [-74.0022744646159, 40.735376026215022],
          [-74.046908029686236, 40.727986222489115],
          [-74.060610712223664, 40.696775140349033],
          [-74.029724408156682, 40.672970047595463],
          [-73.985140983708192, 40.680349049267583],
          [-73.971393761028622, 40.71154393543933],
          [-74.0022744646159, 40.735376026215022],
        ],
      ]),
    ],
    [[s("@")], null],
  ),
  geo_h3cell_neighbors: of(
    "dynamic",
    [
      [s("862a1072fffffff")],
      '["862a10727ffffff","862a10707ffffff","862a1070fffffff","862a10777ffffff","862a100dfffffff","862a100d7ffffff"]',
    ],
    [[s("abc")], null],
  ),
  geo_h3cell_rings: of(
    "dynamic",
    [
      [s("861f8894fffffff"), n(1)],
      '[["861f8894fffffff"],["861f88947ffffff","861f8895fffffff","861f88867ffffff","861f8d497ffffff","861f8d4b7ffffff","861f8896fffffff"]]',
    ],
    [[s("861f8894fffffff"), n(150)], null],
    [[s("abc"), n(1)], null],
  ),
  geo_h3cell_level: of("long", [[s("862a1072fffffff")], "6"], [[s("abc")], null]),
  geo_h3cell_parent: string(
    [[s("862a1072fffffff")], "852a1073fffffff"],
    [[s("862a1072fffffff"), n(1)], "812a3ffffffffff"],
    [[s("862a1072fffffff"), n(15)], ""],
    [[s("abc")], ""],
  ),
  geo_h3cell_children: of(
    "dynamic",
    [
      [s("862a1072fffffff")],
      '["872a10728ffffff","872a10729ffffff","872a1072affffff","872a1072bffffff","872a1072cffffff","872a1072dffffff","872a1072effffff"]',
    ],
    [[s("862a1072fffffff"), n(15)], null],
    [[s("abc")], null],
  ),
  geo_polygon_to_h3cells: of(
    "dynamic",
    [[square, n(3)], "[]"],
    [
      [
        d({
          type: "Polygon",
          coordinates: [
            [
              [0, 0],
              [1, 1],
            ],
          ],
        }),
      ],
      null,
    ],
    [
      [
        polygon([
          [0, 0],
          [50, 0],
          [50, 50],
          [0, 0],
        ]),
        n(15),
      ],
      null,
    ],
  ),
};
