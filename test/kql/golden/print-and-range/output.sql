-- $1 = "x"
select q1.s1 as c0, k_at(epoch_us(make_timestamp(1704067200000000)) + k_floordiv(k_mul((36000000000)::BIGINT, q1.s1), 10)) as c1, $1 as c2 from (select cast(i as BIGINT) as s1 from generate_series(cast((10)::BIGINT as BIGINT), cast((1)::BIGINT as BIGINT), cast((-3)::BIGINT as BIGINT)) as r(i)) as q1
