-- list: Documents that could not be taken, oldest first.
select id, source, kind, content_type, name, size, received_at, status, faults, records from raw_document
where faults <> '' and status in ('quarantined', 'partial', 'conflict')
  and ($1::text is null or source = $1)
  and id > $2::uuid
order by id limit $3;

-- find: One document as it came, whatever its status.
select d.id, d.source, d.kind, d.content_type, d.name, d.size, d.received_at, d.status, d.faults, d.records,
       (select string_agg(c.content, ''::bytea order by c.chunk) from raw_chunk c where c.document_id = d.id) as content
from raw_document d where d.id = $1;

-- release: Have it translated again.
update raw_document set status = 'received', faults = '', vouched_for = case when $3 then id else vouched_for end
where id = $1 and status = $2 returning id;

-- replace: It was mended: another document takes its place.
update raw_document set status = 'replaced' where id = $1 and status = $2 returning id;

-- vouch: A mended copy says what its source may not state; a person lets it count.
update raw_document set vouched_for = $2 where id = $1;

-- dismiss: A person says that nothing is to be taken from it.
update raw_document set status = 'dismissed' where id = $1 and status = $2 returning id;

-- exception: The open exception case it made.
select id, case_id, company_id, code, key, detail, lines, owner, money_at_risk, currency, expected_on, reference,
       opened_at, changed_at, closed_at, resolution
from exception_case where reference = 'raw/' || $1::text and closed_at is null;
