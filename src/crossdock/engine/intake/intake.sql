-- claim_transport_keys: gate 1; returns the keys that are new
insert into transport_key (source, key, document_id)
select * from unnest($1::text[], $2::text[], $3::uuid[])
on conflict do nothing returning source, key

-- insert_documents: raw documents
insert into raw_document (id, source, kind, content_type, name, sha256, size, received_at, status)
select * from unnest($1::text::uuid[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
    $6::text::bytea[], $7::text::bigint[], $8::text::timestamptz[], $9::text::text[])

-- insert_chunks: their bytes
insert into raw_chunk (document_id, chunk, content) select * from unnest($1::uuid[], $2::int[], $3::bytea[])

-- load_documents: raw documents with their bytes
select d.id, d.source, d.kind, d.content_type, d.name, d.received_at,
    (select string_agg(c.content, ''::bytea order by c.chunk) from raw_chunk c where c.document_id = d.id) as content
from raw_document d where d.id = any($1::text::uuid[])

-- finish_documents: what became of them
update raw_document as d set status = r.status, faults = r.faults, records = r.records, progress = ''
from unnest($1::text::uuid[], $2::text::text[], $3::text::text[], $4::text::int[])
    as r (id, status, faults, records) where d.id = r.id

-- progress: how far a large document has come
select progress from raw_document where id = $1

-- keep_progress: a portion of it is taken
update raw_document set progress = $2 where id = $1

-- claim_identities: gate 2; returns the identities that are new
insert into business_identity (company_id, document, issuer, number, revision, digest, subject)
select * from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
    $6::text::bytea[], $7::text::text[])
on conflict do nothing returning company_id, document, issuer, number, revision

-- known_identities: what stands under identities that are not new
select b.company_id, b.document, b.issuer, b.number, b.revision, b.digest, b.subject
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[])
    as a (company_id, document, issuer, number, revision)
join business_identity as b on b.company_id = a.company_id and b.document = a.document and b.issuer = a.issuer
    and b.number = a.number and b.revision = a.revision

-- known_wrappers: what came first under the numbers of a sender, and what became of that document
select w.source, w.key, w.document_id, w.place, w.content, w.answer, w.seen_at, d.status
from unnest($1::text::text[], $2::text::text[]) as a (source, key)
join wrapper as w on w.source = a.source and w.key = a.key
join raw_document as d on d.id = w.document_id

-- keep_wrappers: what comes first under them, or first again
insert into wrapper as w (source, key, document_id, place, content, answer, seen_at)
select * from unnest($1::text::text[], $2::text::text[], $3::text::uuid[], $4::text::bigint[], $5::text::bytea[],
    $6::text::text[], $7::text::timestamptz[])
on conflict (source, key) do update set document_id = excluded.document_id, place = excluded.place,
    content = excluded.content, answer = excluded.answer, seen_at = excluded.seen_at
