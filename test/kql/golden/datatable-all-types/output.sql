-- $1 = "q'\"$1"
-- $2 = "{\"a\":[1.0,-2],\"t\":\"2024-01-01T00:00:00.0000000Z\"}"
-- $3 = ""
-- $4 = "null"
select q1.s1 as c0, q1.s2 as c1, q1.s3 as c2, q1.s4 as c3, q1.s5 as c4, q1.s6 as c5, q1.s7 as c6, q1.s8 as c7, q1.s9 as c8, q1.s10 as c9 from (values (cast(true as BOOLEAN), cast((1)::INTEGER as INTEGER), cast((9223372036854775807)::BIGINT as BIGINT), cast((1000)::DOUBLE as DOUBLE), cast('1.50'::DECIMAL(38,17) as DECIMAL(38,17)), cast($1 as VARCHAR), cast(make_timestamp(1709210096123456) as TIMESTAMP), cast((864000000000)::BIGINT as BIGINT), cast('74be27de-1e4e-49d9-b579-fe0b331d3642'::UUID as UUID), cast($2::JSON as JSON)), (cast(null as BOOLEAN), cast(null as INTEGER), cast(null as BIGINT), cast(null as DOUBLE), cast(null as DECIMAL(38,17)), $3, cast(null as TIMESTAMP), cast(null as BIGINT), cast(null as UUID), $4::JSON)) as q1(s1, s2, s3, s4, s5, s6, s7, s8, s9, s10)
