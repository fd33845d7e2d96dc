-- $1 = "src=10.0.0.1 dst=\"a b\" n=5"
-- $2 = "{\"keys\":[\"src\",\"n\",\"dst\"],\"pairDelimiter\":\" \",\"keyDelimiter\":\"=\",\"quote\":\"\\\"\"}"
select coalesce(json_extract_string(q2.s5, '$."src"'), '') as c0, list_transform([json_extract_string(q2.s5, '$."n"')], lambda k__v: coalesce(k_long(k__v), try_cast(trunc(k_double(k__v)) as BIGINT)))[1] as c1, coalesce(json_extract_string(q2.s5, '$."dst"'), '') as c2 from (select ku_parse_kv($1, $2)::JSON as s5) as q2
