-- $1 = "User"
-- $2 = "Level"
-- $3 = "Department"
-- $4 = "[\"User\",\"Department\",\"Level\"]"
-- $5 = "[1,2]"
-- $6 = "[\"a\",\"b\"]"
select q1."User" as c0, q1."Department" as c1, q1."Level" as c2, json_object($1, to_json(q1."User"), $2, to_json(q1."Level")) as c3, ku_bag_of_values((json_object($1, to_json(q1."User"), $3, to_json(q1."Department"), $2, to_json(q1."Level")))::VARCHAR) as c4, (0 + octet_length(encode(q1."User")) + octet_length(encode(q1."Department")) + 4)::BIGINT as c5, $4::JSON as c6, json_extract(ku_array_sort(to_json([$5::JSON, $6::JSON])::VARCHAR, 'desc', true), '$[1]') as c7 from "main"."users" as q1 order by q1."User" asc nulls first, q1."Department" asc nulls first
