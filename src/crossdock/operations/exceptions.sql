-- list: Exception cases behind a cursor, oldest first; of one code or owner, open or all.
select id, case_id, company_id, code, key, detail, lines, owner, money_at_risk, currency, expected_on, reference,
       opened_at, changed_at, closed_at, resolution
from exception_case
where ($1::text[] is null or company_id = any($1::text[]) or company_id = '')
  and ($2::text is null or code = $2)
  and ($3::text is null or owner = $3)
  and ($4::boolean or closed_at is null)
  and id > $5::uuid
order by id limit $6;

-- find: One exception case.
select id, case_id, company_id, code, key, detail, lines, owner, money_at_risk, currency, expected_on, reference,
       opened_at, changed_at, closed_at, resolution
from exception_case where id = $1;

-- close: End an open one.
update exception_case set closed_at = $2, changed_at = $2, resolution = $3
where id = $1 and closed_at is null
returning id;
