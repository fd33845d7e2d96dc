-- $1 = "src=10.0.0.1 dst=\"a b\" n=5"
-- $2 = "{\"keys\":[\"src\",\"n\",\"dst\"],\"pairDelimiter\":\" \",\"keyDelimiter\":\"=\",\"quote\":\"\\\"\"}"
select coalesce(json_extract_string(q2.s5, '$."src"'), '') as c0, coalesce(k_long(json_extract_string(q2.s5, '$."n"')), try_cast(trunc(k_double(json_extract_string(q2.s5, '$."n"'))) as BIGINT)) as c1, coalesce(json_extract_string(q2.s5, '$."dst"'), '') as c2 from (select ku_parse_kv($1, $2)::JSON as s5) as q2
