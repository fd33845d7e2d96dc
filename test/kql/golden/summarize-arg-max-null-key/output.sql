-- $1 = "bob"
-- $2 = "eve"
select q2.s8 as c0, q2.s9 as c1, q2.s10 as c2, q2.s11 as c3, q2.s12 as c4 from (select q1."User" as s8, max(q1."Attempts") as s9, coalesce((coalesce(arg_max(struct_pack(f0 := q1."IP"), q1."Attempts"), first(struct_pack(f0 := q1."IP")))).f0, '') as s10, min(q1."Score") as s11, (coalesce(arg_min(struct_pack(f0 := q1."Ok"), q1."Score"), first(struct_pack(f0 := q1."Ok")))).f0 as s12 from "main"."signins" as q1 where (q1."User" in ($1, $2)) group by 1) as q2 order by q2.s8 asc nulls first
