-- A person released a document with facts that its source may not state: they count all the same. It names the document
-- whose facts were held, which is another one where a mended copy took its place.
alter table raw_document add column vouched_for uuid;
create index raw_document_vouched on raw_document (id) where vouched_for is not null;

-- What a held document keeps back is taken away when a person decides.
create index kept_back_of_fact on kept_back (source) where reason = 'held_fact';
