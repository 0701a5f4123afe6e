-- What a consumer was answered under an Idempotency-Key, kept for 30 days. The digest tells another body apart.
create table idempotency_answer (
    consumer text collate "C" not null,
    key text collate "C" not null,
    digest bytea not null,
    status smallint not null,
    answer text not null,
    created_at timestamptz not null default clock_timestamp(),
    primary key (consumer, key)
) with (autovacuum_vacuum_insert_scale_factor = 0.5);
create index idempotency_answer_by_age on idempotency_answer (created_at);

-- Who did what by hand or by call, beyond the documents that came in: never changed, never deleted.
create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    scope text not null,
    action text not null,
    company_id text not null,
    subject text collate "C" not null,
    detail text not null
);
create index audit_by_subject on audit (subject, id);
