column account 01 id character varying not null
column account 02 clinic_id character varying not null
column account 03 username character varying not null
column account 04 name character varying not null
column account 05 role character varying not null
column account 06 password_hash character varying not null
column account 07 credentials bytea
column account 10 disabled_at timestamp with time zone
column account 11 created_at timestamp with time zone not null
column account 12 totp bytea
column account 13 totp_counter integer
column account 14 totp_offer bytea
column account 15 link_hash character varying
column account 16 link_expires_at timestamp with time zone
column account 17 certificates character varying
column account 18 language character varying
column account 19 registration character varying
column account 20 vouched_by character varying
column account 21 unfinished bytea
column account_change 01 id character varying not null
column account_change 02 clinic_id character varying not null
column account_change 03 kind character varying not null
column account_change 04 account_id character varying
column account_change 05 username character varying
column account_change 06 name character varying
column account_change 07 role character varying
column account_change 08 registration character varying
column account_change 09 begun_by character varying not null
column account_change 10 begun_at timestamp with time zone not null
column account_change 11 state character varying not null
column account_change 12 settled_by character varying
column account_change 13 settled_at timestamp with time zone
column account_notice 01 id character varying not null
column account_notice 02 change_id character varying not null
column account_notice 03 state character varying not null
column account_notice 04 attempts integer not null
column account_notice 05 due_at timestamp with time zone not null
column account_notice 06 lease_until timestamp with time zone
column account_notice 07 created_at timestamp with time zone not null
column account_notice 08 sent_at timestamp with time zone
column alembic_version 01 version_num character varying(32) not null
column annex 01 clinic_id character varying not null
column annex 02 definitions_hash character varying not null
column annex 03 language character varying not null
column annex 04 pdf bytea not null
column annex 05 sealed_at timestamp with time zone not null
column api_key 01 id character varying not null
column api_key 02 clinic_id character varying not null
column api_key 03 name character varying not null
column api_key 04 key_hash character varying not null
column api_key 05 scopes character varying not null
column api_key 06 account_id character varying
column api_key 07 created_at timestamp with time zone not null
column api_key 08 used_at timestamp with time zone
column api_key 09 revoked_at timestamp with time zone
column audit 01 sequence integer not null
column audit 02 at timestamp with time zone not null
column audit 03 who character varying not null
column audit 04 act character varying not null
column audit 05 clinic_id character varying
column audit 06 screening_id character varying
column audit 07 why character varying
column audit 08 mac character varying not null
column check_in 01 id character varying not null
column check_in 02 clinic_id character varying not null
column check_in 03 patient_id character varying not null
column check_in 04 treatment_id character varying not null
column check_in 05 sequence integer not null
column check_in 06 due_on character varying not null
column check_in 07 state character varying not null
column check_in 08 link_hash character varying
column check_in 09 link_expires_at timestamp with time zone
column check_in 10 asked_at timestamp with time zone
column check_in 11 reminded_at timestamp with time zone
column check_in 12 answered_at timestamp with time zone
column check_in 13 gravity integer
column check_in 14 handled_at timestamp with time zone
column check_in 15 handled_by character varying
column check_in 16 content bytea
column clinic 01 id character varying not null
column clinic 02 name character varying not null
column clinic 03 address character varying not null
column clinic 04 phone character varying not null
column clinic 05 zone character varying not null
column clinic 06 wrapped_key bytea not null
column clinic 07 screenings integer not null
column clinic 08 created_at timestamp with time zone not null
column clinic 09 seal bytea
column clinic 10 certificates character varying
column clinic 11 accent character varying
column clinic 12 accent_dark character varying
column clinic 13 paper character varying not null default 'A4'::character varying
column clinic 14 logo bytea
column clinic 15 logo_print character varying
column clinic 16 language character varying not null default 'en'::character varying
column clinic 17 emergency character varying not null default '112'::character varying
column clinic 18 alert_to character varying
column clinic 19 one_a_page boolean not null default false
column decision 01 id character varying not null
column decision 02 screening_id character varying not null
column decision 03 account_id character varying not null
column decision 04 decided_at timestamp with time zone not null
column decision 05 content bytea not null
column decision 06 sequence integer not null default 1
column definitions 01 hash character varying not null
column definitions 02 archive bytea not null
column definitions 03 first_used_at timestamp with time zone not null
column delivery 01 id character varying not null
column delivery 02 webhook_id character varying not null
column delivery 03 kind character varying not null
column delivery 04 subject_id character varying not null
column delivery 05 state character varying not null
column delivery 06 attempts integer not null
column delivery 07 due_at timestamp with time zone not null
column delivery 08 lease_until timestamp with time zone
column delivery 09 error character varying
column delivery 10 created_at timestamp with time zone not null
column delivery 11 sent_at timestamp with time zone
column installation 01 name character varying not null
column installation 02 content bytea not null
column kiosk 01 id character varying not null
column kiosk 02 clinic_id character varying not null
column kiosk 03 name character varying not null
column kiosk 04 code_hash character varying
column kiosk 05 token_hash character varying
column kiosk 06 misses integer not null
column kiosk 08 revoked_at timestamp with time zone
column kiosk 09 created_at timestamp with time zone not null
column kiosk 10 locked_at timestamp with time zone
column kiosk 11 pin_hash character varying
column kiosk 12 pin_misses integer not null default 0
column lock 01 name character varying not null
column lock 02 misses integer not null
column lock 03 locked_until timestamp with time zone
column lock 04 at timestamp with time zone
column loose_object 01 name character varying not null
column loose_object 02 report_id character varying
column loose_object 03 due_at timestamp with time zone not null
column mark 01 name character varying not null
column mark 02 at timestamp with time zone not null
column message 01 id character varying not null
column message 02 screening_id character varying not null
column message 03 kind character varying not null
column message 04 sequence integer not null
column message 05 state character varying not null
column message 06 attempts integer not null
column message 07 due_at timestamp with time zone not null
column message 08 lease_until timestamp with time zone
column message 09 recipient bytea
column message 10 error bytea
column message 11 created_at timestamp with time zone not null
column message 12 sent_at timestamp with time zone
column message 13 check_in_id character varying
column note 01 id character varying not null
column note 02 patient_id character varying not null
column note 03 screening_id character varying
column note 04 account_id character varying not null
column note 05 kind character varying not null
column note 06 content bytea not null
column note 07 created_at timestamp with time zone not null
column passkey 01 id character varying not null
column passkey 02 account_id character varying not null
column passkey 03 name character varying not null
column passkey 04 credential_hash character varying not null
column passkey 05 content bytea not null
column passkey 06 uses integer not null
column passkey 07 used_at timestamp with time zone
column passkey 08 created_at timestamp with time zone not null
column patient 01 id character varying not null
column patient 02 clinic_id character varying not null
column patient 03 wrapped_key bytea not null
column patient 04 content bytea not null
column patient 05 number_hash character varying
column patient 06 person_hash character varying
column patient 07 merged_into character varying
column patient 08 merged_at timestamp with time zone
column patient 09 merge_confirmed_at timestamp with time zone
column patient 10 code_hash character varying
column patient 11 code_misses integer not null
column patient 12 code_locked_until timestamp with time zone
column patient 13 created_at timestamp with time zone not null
column patient_word 01 patient_id character varying not null
column patient_word 02 word_hash character varying not null
column recovery_code 01 id character varying not null
column recovery_code 02 account_id character varying not null
column recovery_code 03 code_hash character varying not null
column recovery_code 04 used_at timestamp with time zone
column reference 01 id character varying not null
column reference 02 clinic_id character varying not null
column reference 03 kind character varying not null
column reference 04 value_hash character varying not null
column reference 05 patient_id character varying not null
column reference 06 screening_id character varying
column reference 07 content bytea not null
column report 01 id character varying not null
column report 02 screening_id character varying not null
column report 03 kind character varying not null
column report 04 state character varying not null
column report 05 attempts integer not null
column report 06 due_at timestamp with time zone not null
column report 07 lease_until timestamp with time zone
column report 08 error character varying
column report 09 pdf bytea
column report 10 sha256 character varying
column report 11 created_at timestamp with time zone not null
column report 12 sealed_at timestamp with time zone
column report 13 code character varying
column report 14 sequence integer not null default 1
column report 15 proven_until timestamp with time zone
column report 16 restamp_at timestamp with time zone
column report 17 stored_as character varying
column report_stamp 01 sha256 character varying not null
column report_stamp 02 report_id character varying not null
column report_stamp 03 stamped_at timestamp with time zone not null
column request 01 id character varying not null
column request 02 api_key_id character varying not null
column request 03 clinic_id character varying not null
column request 04 key_hash character varying not null
column request 05 request_hash character varying not null
column request 06 screening_id character varying
column request 07 answer bytea
column request 08 created_at timestamp with time zone not null
column screening 01 id character varying not null
column screening 02 clinic_id character varying not null
column screening 03 number character varying not null
column screening 04 state character varying not null
column screening 05 link_hash character varying not null
column screening 06 link_expires_at timestamp with time zone not null
column screening 07 start_code_hash character varying
column screening 08 start_code_expires_at timestamp with time zone
column screening 09 appointment_at timestamp with time zone
column screening 10 created_at timestamp with time zone not null
column screening 11 submitted_at timestamp with time zone
column screening 12 decided_at timestamp with time zone
column screening 13 definitions_hash character varying
column screening 14 gravity integer
column screening 15 wrapped_key bytea not null
column screening 16 person bytea not null
column screening 17 draft bytea not null
column screening 18 submission bytea
column screening 19 recheck_of character varying
column screening 20 basis bytea
column screening 21 person_hash character varying
column screening 22 contact bytea
column screening 23 pen_hash character varying
column screening 24 pen_until timestamp with time zone
column screening 25 move_hash character varying
column screening 26 move_expires_at timestamp with time zone
column screening 27 patient_id character varying
column screening 28 device_hash character varying
column screening 29 withdrawn_at timestamp with time zone
column sign_in 01 id character varying not null
column sign_in 02 account_id character varying not null
column sign_in 03 started_at timestamp with time zone not null
column sign_in 04 seen_at timestamp with time zone not null
column sign_in 05 ended_at timestamp with time zone
column sign_in 06 factor character varying
column sign_in 07 browser character varying not null default ''::character varying
column sign_in 08 confirmed_at timestamp with time zone
column sign_in 09 browser_hash character varying
column treatment 01 id character varying not null
column treatment 02 clinic_id character varying not null
column treatment 03 patient_id character varying not null
column treatment 04 screening_id character varying not null
column treatment 05 account_id character varying
column treatment 06 treated_on character varying not null
column treatment 07 content bytea not null
column treatment 08 created_at timestamp with time zone not null
column treatment 09 undone_at timestamp with time zone
column treatment_lot 01 treatment_id character varying not null
column treatment_lot 02 lot_hash character varying not null
column webhook 01 id character varying not null
column webhook 02 clinic_id character varying not null
column webhook 03 url character varying not null
column webhook 04 content bytea not null
column webhook 05 created_at timestamp with time zone not null
column webhook 06 ended_at timestamp with time zone
constraint account FOREIGN KEY (clinic_id) REFERENCES clinic(id)
constraint account PRIMARY KEY (id)
constraint account UNIQUE (link_hash)
constraint account UNIQUE (username)
constraint account_change FOREIGN KEY (account_id) REFERENCES account(id)
constraint account_change FOREIGN KEY (clinic_id) REFERENCES clinic(id)
constraint account_change PRIMARY KEY (id)
constraint account_notice FOREIGN KEY (change_id) REFERENCES account_change(id)
constraint account_notice PRIMARY KEY (id)
constraint alembic_version PRIMARY KEY (version_num)
constraint annex FOREIGN KEY (clinic_id) REFERENCES clinic(id)
constraint annex FOREIGN KEY (definitions_hash) REFERENCES definitions(hash)
constraint annex PRIMARY KEY (clinic_id, definitions_hash, language)
constraint api_key FOREIGN KEY (account_id) REFERENCES account(id)
constraint api_key FOREIGN KEY (clinic_id) REFERENCES clinic(id)
constraint api_key PRIMARY KEY (id)
constraint api_key UNIQUE (key_hash)
constraint audit PRIMARY KEY (sequence)
constraint check_in FOREIGN KEY (clinic_id) REFERENCES clinic(id)
constraint check_in FOREIGN KEY (handled_by) REFERENCES account(id)
constraint check_in FOREIGN KEY (patient_id) REFERENCES patient(id)
constraint check_in FOREIGN KEY (treatment_id) REFERENCES treatment(id)
constraint check_in PRIMARY KEY (id)
constraint check_in UNIQUE (link_hash)
constraint check_in UNIQUE (treatment_id, sequence)
constraint clinic PRIMARY KEY (id)
constraint decision FOREIGN KEY (account_id) REFERENCES account(id)
constraint decision FOREIGN KEY (screening_id) REFERENCES screening(id)
constraint decision PRIMARY KEY (id)
constraint decision UNIQUE (screening_id, sequence)
constraint definitions PRIMARY KEY (hash)
constraint delivery FOREIGN KEY (webhook_id) REFERENCES webhook(id)
constraint delivery PRIMARY KEY (id)
constraint installation PRIMARY KEY (name)
constraint kiosk FOREIGN KEY (clinic_id) REFERENCES clinic(id)
constraint kiosk PRIMARY KEY (id)
constraint kiosk UNIQUE (code_hash)
constraint kiosk UNIQUE (token_hash)
constraint lock PRIMARY KEY (name)
constraint loose_object FOREIGN KEY (report_id) REFERENCES report(id)
constraint loose_object PRIMARY KEY (name)
constraint mark PRIMARY KEY (name)
constraint message FOREIGN KEY (check_in_id) REFERENCES check_in(id)
constraint message FOREIGN KEY (screening_id) REFERENCES screening(id)
constraint message PRIMARY KEY (id)
constraint message UNIQUE (screening_id, kind, sequence)
constraint note FOREIGN KEY (account_id) REFERENCES account(id)
constraint note FOREIGN KEY (patient_id) REFERENCES patient(id)
constraint note FOREIGN KEY (screening_id) REFERENCES screening(id)
constraint note PRIMARY KEY (id)
constraint passkey FOREIGN KEY (account_id) REFERENCES account(id)
constraint passkey PRIMARY KEY (id)
constraint passkey UNIQUE (credential_hash)
constraint patient FOREIGN KEY (clinic_id) REFERENCES clinic(id)
constraint patient FOREIGN KEY (merged_into) REFERENCES patient(id)
constraint patient PRIMARY KEY (id)
constraint patient UNIQUE (clinic_id, number_hash)
constraint patient_word FOREIGN KEY (patient_id) REFERENCES patient(id)
constraint patient_word PRIMARY KEY (patient_id, word_hash)
constraint recovery_code FOREIGN KEY (account_id) REFERENCES account(id)
constraint recovery_code PRIMARY KEY (id)
constraint reference FOREIGN KEY (clinic_id) REFERENCES clinic(id)
constraint reference FOREIGN KEY (patient_id) REFERENCES patient(id)
constraint reference FOREIGN KEY (screening_id) REFERENCES screening(id)
constraint reference PRIMARY KEY (id)
constraint reference UNIQUE (clinic_id, kind, value_hash)
constraint report FOREIGN KEY (screening_id) REFERENCES screening(id)
constraint report PRIMARY KEY (id)
constraint report UNIQUE (code)
constraint report UNIQUE (screening_id, kind, sequence)
constraint report_stamp FOREIGN KEY (report_id) REFERENCES report(id)
constraint report_stamp PRIMARY KEY (sha256)
constraint request FOREIGN KEY (api_key_id) REFERENCES api_key(id)
constraint request FOREIGN KEY (clinic_id) REFERENCES clinic(id)
constraint request FOREIGN KEY (screening_id) REFERENCES screening(id)
constraint request PRIMARY KEY (id)
constraint request UNIQUE (api_key_id, key_hash)
constraint screening FOREIGN KEY (clinic_id) REFERENCES clinic(id)
constraint screening FOREIGN KEY (patient_id) REFERENCES patient(id)
constraint screening FOREIGN KEY (recheck_of) REFERENCES screening(id)
constraint screening PRIMARY KEY (id)
constraint screening UNIQUE (clinic_id, number)
constraint screening UNIQUE (link_hash)
constraint screening UNIQUE (move_hash)
constraint screening UNIQUE (start_code_hash)
constraint sign_in FOREIGN KEY (account_id) REFERENCES account(id)
constraint sign_in PRIMARY KEY (id)
constraint treatment FOREIGN KEY (account_id) REFERENCES account(id)
constraint treatment FOREIGN KEY (clinic_id) REFERENCES clinic(id)
constraint treatment FOREIGN KEY (patient_id) REFERENCES patient(id)
constraint treatment FOREIGN KEY (screening_id) REFERENCES screening(id)
constraint treatment PRIMARY KEY (id)
constraint treatment_lot FOREIGN KEY (treatment_id) REFERENCES treatment(id)
constraint treatment_lot PRIMARY KEY (treatment_id, lot_hash)
constraint webhook FOREIGN KEY (clinic_id) REFERENCES clinic(id)
constraint webhook PRIMARY KEY (id)
function CREATE OR REPLACE FUNCTION public.audit_keep() RETURNS trigger LANGUAGE plpgsql AS $function$ BEGIN RAISE EXCEPTION 'an audit entry is never changed or deleted'; END $function$
function CREATE OR REPLACE FUNCTION public.audit_next() RETURNS trigger LANGUAGE plpgsql AS $function$ BEGIN IF NEW.sequence IS DISTINCT FROM (SELECT coalesce(max(sequence), 0) + 1 FROM audit) AND NOT (NEW.act = 'restore backup' AND NEW.sequence > (SELECT coalesce(max(sequence), 0) FROM audit)) THEN RAISE EXCEPTION 'an audit entry takes the next sequence'; END IF; RETURN NEW; END $function$
index CREATE INDEX ix_account_change_clinic_id ON public.account_change USING btree (clinic_id)
index CREATE INDEX ix_account_notice_state ON public.account_notice USING btree (state)
index CREATE INDEX ix_api_key_clinic_id ON public.api_key USING btree (clinic_id)
index CREATE INDEX ix_audit_screening_id ON public.audit USING btree (screening_id)
index CREATE INDEX ix_check_in_desk ON public.check_in USING btree (clinic_id, gravity, handled_at)
index CREATE INDEX ix_check_in_due ON public.check_in USING btree (state, due_on)
index CREATE INDEX ix_check_in_patient_id ON public.check_in USING btree (patient_id)
index CREATE INDEX ix_delivery_waits ON public.delivery USING btree (due_at) WHERE ((state)::text = 'pending'::text)
index CREATE INDEX ix_delivery_webhook ON public.delivery USING btree (webhook_id, created_at)
index CREATE INDEX ix_loose_object_due_at ON public.loose_object USING btree (due_at)
index CREATE INDEX ix_loose_object_report_id ON public.loose_object USING btree (report_id)
index CREATE INDEX ix_message_state ON public.message USING btree (state)
index CREATE INDEX ix_note_patient_id ON public.note USING btree (patient_id)
index CREATE INDEX ix_passkey_account_id ON public.passkey USING btree (account_id)
index CREATE INDEX ix_patient_merged_into ON public.patient USING btree (merged_into)
index CREATE INDEX ix_patient_person ON public.patient USING btree (clinic_id, person_hash)
index CREATE INDEX ix_patient_word_word_hash ON public.patient_word USING btree (word_hash)
index CREATE INDEX ix_recovery_code_account_id ON public.recovery_code USING btree (account_id)
index CREATE INDEX ix_reference_patient ON public.reference USING btree (patient_id)
index CREATE INDEX ix_reference_screening ON public.reference USING btree (screening_id)
index CREATE INDEX ix_report_restamp_at ON public.report USING btree (restamp_at)
index CREATE INDEX ix_report_sha256 ON public.report USING btree (sha256)
index CREATE INDEX ix_report_stamp_report_id ON public.report_stamp USING btree (report_id)
index CREATE INDEX ix_report_waits ON public.report USING btree (due_at) WHERE (sealed_at IS NULL)
index CREATE INDEX ix_request_created_at ON public.request USING btree (created_at)
index CREATE INDEX ix_request_screening_id ON public.request USING btree (screening_id)
index CREATE INDEX ix_screening_appointment ON public.screening USING btree (clinic_id, appointment_at)
index CREATE INDEX ix_screening_newest ON public.screening USING btree (clinic_id, created_at)
index CREATE INDEX ix_screening_patient_id ON public.screening USING btree (patient_id)
index CREATE INDEX ix_screening_person_hash ON public.screening USING btree (person_hash)
index CREATE INDEX ix_screening_queue ON public.screening USING btree (clinic_id, state, decided_at)
index CREATE INDEX ix_screening_recheck_of ON public.screening USING btree (recheck_of) WHERE (recheck_of IS NOT NULL)
index CREATE INDEX ix_screening_state ON public.screening USING btree (state)
index CREATE INDEX ix_screening_submitted ON public.screening USING btree (clinic_id, submitted_at)
index CREATE INDEX ix_sign_in_account_id ON public.sign_in USING btree (account_id)
index CREATE INDEX ix_sign_in_browser_hash ON public.sign_in USING btree (browser_hash)
index CREATE INDEX ix_treatment_day ON public.treatment USING btree (clinic_id, treated_on)
index CREATE INDEX ix_treatment_lot_lot_hash ON public.treatment_lot USING btree (lot_hash)
index CREATE INDEX ix_treatment_patient_id ON public.treatment USING btree (patient_id)
index CREATE INDEX ix_treatment_screening_id ON public.treatment USING btree (screening_id)
index CREATE INDEX ix_webhook_clinic_id ON public.webhook USING btree (clinic_id)
index CREATE UNIQUE INDEX alembic_version_pkc ON public.alembic_version USING btree (version_num)
index CREATE UNIQUE INDEX pk_account ON public.account USING btree (id)
index CREATE UNIQUE INDEX pk_account_change ON public.account_change USING btree (id)
index CREATE UNIQUE INDEX pk_account_notice ON public.account_notice USING btree (id)
index CREATE UNIQUE INDEX pk_annex ON public.annex USING btree (clinic_id, definitions_hash, language)
index CREATE UNIQUE INDEX pk_api_key ON public.api_key USING btree (id)
index CREATE UNIQUE INDEX pk_audit ON public.audit USING btree (sequence)
index CREATE UNIQUE INDEX pk_check_in ON public.check_in USING btree (id)
index CREATE UNIQUE INDEX pk_clinic ON public.clinic USING btree (id)
index CREATE UNIQUE INDEX pk_decision ON public.decision USING btree (id)
index CREATE UNIQUE INDEX pk_definitions ON public.definitions USING btree (hash)
index CREATE UNIQUE INDEX pk_delivery ON public.delivery USING btree (id)
index CREATE UNIQUE INDEX pk_installation ON public.installation USING btree (name)
index CREATE UNIQUE INDEX pk_kiosk ON public.kiosk USING btree (id)
index CREATE UNIQUE INDEX pk_lock ON public.lock USING btree (name)
index CREATE UNIQUE INDEX pk_loose_object ON public.loose_object USING btree (name)
index CREATE UNIQUE INDEX pk_mark ON public.mark USING btree (name)
index CREATE UNIQUE INDEX pk_message ON public.message USING btree (id)
index CREATE UNIQUE INDEX pk_note ON public.note USING btree (id)
index CREATE UNIQUE INDEX pk_passkey ON public.passkey USING btree (id)
index CREATE UNIQUE INDEX pk_patient ON public.patient USING btree (id)
index CREATE UNIQUE INDEX pk_patient_word ON public.patient_word USING btree (patient_id, word_hash)
index CREATE UNIQUE INDEX pk_recovery_code ON public.recovery_code USING btree (id)
index CREATE UNIQUE INDEX pk_reference ON public.reference USING btree (id)
index CREATE UNIQUE INDEX pk_report ON public.report USING btree (id)
index CREATE UNIQUE INDEX pk_report_stamp ON public.report_stamp USING btree (sha256)
index CREATE UNIQUE INDEX pk_request ON public.request USING btree (id)
index CREATE UNIQUE INDEX pk_screening ON public.screening USING btree (id)
index CREATE UNIQUE INDEX pk_sign_in ON public.sign_in USING btree (id)
index CREATE UNIQUE INDEX pk_treatment ON public.treatment USING btree (id)
index CREATE UNIQUE INDEX pk_treatment_lot ON public.treatment_lot USING btree (treatment_id, lot_hash)
index CREATE UNIQUE INDEX pk_webhook ON public.webhook USING btree (id)
index CREATE UNIQUE INDEX uq_account_link_hash ON public.account USING btree (link_hash)
index CREATE UNIQUE INDEX uq_account_username ON public.account USING btree (username)
index CREATE UNIQUE INDEX uq_api_key_key_hash ON public.api_key USING btree (key_hash)
index CREATE UNIQUE INDEX uq_check_in_link_hash ON public.check_in USING btree (link_hash)
index CREATE UNIQUE INDEX uq_check_in_treatment_id ON public.check_in USING btree (treatment_id, sequence)
index CREATE UNIQUE INDEX uq_decision_screening_id ON public.decision USING btree (screening_id, sequence)
index CREATE UNIQUE INDEX uq_kiosk_code_hash ON public.kiosk USING btree (code_hash)
index CREATE UNIQUE INDEX uq_kiosk_token_hash ON public.kiosk USING btree (token_hash)
index CREATE UNIQUE INDEX uq_message_screening_id ON public.message USING btree (screening_id, kind, sequence)
index CREATE UNIQUE INDEX uq_passkey_credential_hash ON public.passkey USING btree (credential_hash)
index CREATE UNIQUE INDEX uq_patient_clinic_id ON public.patient USING btree (clinic_id, number_hash)
index CREATE UNIQUE INDEX uq_reference_clinic_id ON public.reference USING btree (clinic_id, kind, value_hash)
index CREATE UNIQUE INDEX uq_report_code ON public.report USING btree (code)
index CREATE UNIQUE INDEX uq_report_screening_id ON public.report USING btree (screening_id, kind, sequence)
index CREATE UNIQUE INDEX uq_request_api_key_id ON public.request USING btree (api_key_id, key_hash)
index CREATE UNIQUE INDEX uq_screening_clinic_id ON public.screening USING btree (clinic_id, number)
index CREATE UNIQUE INDEX uq_screening_link_hash ON public.screening USING btree (link_hash)
index CREATE UNIQUE INDEX uq_screening_move_hash ON public.screening USING btree (move_hash)
index CREATE UNIQUE INDEX uq_screening_start_code_hash ON public.screening USING btree (start_code_hash)
trigger CREATE TRIGGER audit_keep BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION audit_keep()
trigger CREATE TRIGGER audit_next BEFORE INSERT ON public.audit FOR EACH ROW EXECUTE FUNCTION audit_next()
