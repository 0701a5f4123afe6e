-- list: Dead letters behind a cursor, oldest first; of one system, code or document.
select id, system, ordering_key, operation as document, number, company_id, case_id, attempts, outcome, code, detail,
       target, method, content_type, length(content) as size, business_at, created_at
from delivery
where status = 'dead'
  and ($1::text[] is null or company_id = any($1::text[]))
  and ($2::text is null or system = $2)
  and ($3::text is null or code = $3)
  and id > $4::uuid
order by id limit $5;

-- causes: Dead letters grouped by what stopped them.
select system, operation as document, outcome, code, count(*) as count, min(created_at) as oldest,
       (array_agg(detail order by id))[1] as example
from delivery
where status = 'dead' and ($1::text[] is null or company_id = any($1::text[]))
group by system, operation, outcome, code
order by count(*) desc, system, operation;

-- find: One outgoing document with its bytes, whatever its status.
select id, system, ordering_key, sequence, operation as document, number, company_id, case_id, status, attempts,
    outcome, code, detail, reply, target, method, content_type, content, idempotency_key, business_at, created_at,
    delivered_at
from delivery where id = $1;

-- behind: How many documents wait behind it.
select count(*) from delivery where system = $1 and ordering_key = $2 and sequence > $3 and status = 'waiting';

-- lock_key: The order it stands in, before the document itself is touched.
select parked from delivery_key where system = $1 and ordering_key = $2 for update;

-- revive: Try it again with the bytes and the key it always had.
update delivery set status = 'ready', attempts = 0, next_attempt_at = clock_timestamp(), outcome = '', code = '',
    detail = ''
where id = $1 and status = 'dead'
returning id;

-- supersede: Never try it again.
update delivery set status = 'superseded', detail = concat_ws('; skipped: ', nullif(detail, ''), $2::text)
where id = $1 and status = 'dead' returning id;

-- not_told: A channel never heard what this publication says.
update published_item set quantity = null where company_id = $1 and publication = $2;

-- unpark: Its key may go on.
update delivery_key set parked = false where system = $1 and ordering_key = $2;

-- exceptions: The open exception cases a dead letter made.
select id, case_id, company_id, code, key, detail, lines, owner, money_at_risk, currency, expected_on, reference,
       opened_at, changed_at, closed_at, resolution
from exception_case
where reference = 'delivery/' || $1::text and case_id = $2 and closed_at is null
order by id;
