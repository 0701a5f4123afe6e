-- Columns travel as array literals (see store/arrays.py), but for the bytes of the documents.

-- accept: Everything of a group but its events, in one round trip; the counts tell whether all of it was new.
with claimed as (
    insert into idempotency_answer (consumer, key, digest, status, answer)
    select consumer, key, digest, 202, answer
    from unnest($1::text::text[], $2::text::text[], $3::text::bytea[], $4::text::text[])
        as use (consumer, key, digest, answer)
    on conflict do nothing
    returning 1
), identified as (
    insert into business_identity (company_id, document, issuer, number, revision, digest, subject)
    select company_id, document, issuer, number, revision, digest, subject
    from unnest($5::text::text[], $6::text::text[], $7::text::text[], $8::text::text[], $9::text::text[],
        $10::text::bytea[], $11::text::text[])
        as claim (company_id, document, issuer, number, revision, digest, subject)
    on conflict do nothing
    returning 1
), stored as (
    insert into raw_document (id, source, kind, content_type, name, sha256, size, received_at, status, records)
    select id, source, 'api', 'application/json', name, sha256, size, received_at, 'translated', 1
    from unnest($12::text::uuid[], $13::text::text[], $14::text::text[], $15::text::bytea[], $16::text::bigint[],
        $17::text::timestamptz[])
        as document (id, source, name, sha256, size, received_at)
), chunked as (
    insert into raw_chunk (document_id, chunk, content)
    select id, 0, content from unnest($12::text::uuid[], $18::bytea[]) as document (id, content)
), named as (
    insert into business_key (company_id, kind, issuer, value, subject)
    select company_id, kind, issuer, value, subject
    from unnest($19::text::text[], $20::text::text[], $21::text::text[], $22::text::text[], $23::text::text[])
        as key (company_id, kind, issuer, value, subject)
    on conflict do nothing
), linked as (
    insert into document_link (company_id, document, subject, line, role)
    select company_id, document, subject, '', 'source'
    from unnest($24::text::text[], $25::text::text[], $26::text::text[]) as link (company_id, document, subject)
    on conflict do nothing
)
select (select count(*) from claimed) as keys, (select count(*) from identified) as identities;

-- copies: Refused documents whose content waits for a person already, as an earlier document.
update raw_document as d set status = 'duplicate'
from unnest($1::text::uuid[], $2::text::text[], $3::text::text[]) as c (id, case_id, key)
where d.id = c.id and not exists (
    select 1 from exception_case as e
    where e.case_id = c.case_id and e.code = 'document_conflict' and e.key = c.key and e.closed_at is null
        and e.reference = 'raw/' || c.id);
