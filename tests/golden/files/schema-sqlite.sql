CREATE INDEX ix_account_change_clinic_id ON account_change (clinic_id)
CREATE INDEX ix_account_notice_state ON account_notice (state)
CREATE INDEX ix_api_key_clinic_id ON api_key (clinic_id)
CREATE INDEX ix_audit_screening_id ON audit (screening_id)
CREATE INDEX ix_check_in_desk ON check_in (clinic_id, gravity, handled_at)
CREATE INDEX ix_check_in_due ON check_in (state, due_on)
CREATE INDEX ix_check_in_patient_id ON check_in (patient_id)
CREATE INDEX ix_delivery_waits ON delivery (due_at) WHERE state = 'pending'
CREATE INDEX ix_delivery_webhook ON delivery (webhook_id, created_at)
CREATE INDEX ix_loose_object_due_at ON loose_object (due_at)
CREATE INDEX ix_loose_object_report_id ON loose_object (report_id)
CREATE INDEX ix_message_state ON message (state)
CREATE INDEX ix_note_patient_id ON note (patient_id)
CREATE INDEX ix_passkey_account_id ON passkey (account_id)
CREATE INDEX ix_patient_merged_into ON patient (merged_into)
CREATE INDEX ix_patient_person ON patient (clinic_id, person_hash)
CREATE INDEX ix_patient_word_word_hash ON patient_word (word_hash)
CREATE INDEX ix_recovery_code_account_id ON recovery_code (account_id)
CREATE INDEX ix_reference_patient ON reference (patient_id)
CREATE INDEX ix_reference_screening ON reference (screening_id)
CREATE INDEX ix_report_restamp_at ON report (restamp_at)
CREATE INDEX ix_report_sha256 ON report (sha256)
CREATE INDEX ix_report_stamp_report_id ON report_stamp (report_id)
CREATE INDEX ix_report_waits ON report (due_at) WHERE sealed_at IS NULL
CREATE INDEX ix_request_created_at ON request (created_at)
CREATE INDEX ix_request_screening_id ON request (screening_id)
CREATE INDEX ix_screening_appointment ON screening (clinic_id, appointment_at)
CREATE INDEX ix_screening_newest ON screening (clinic_id, created_at)
CREATE INDEX ix_screening_patient_id ON screening (patient_id)
CREATE INDEX ix_screening_person_hash ON screening (person_hash)
CREATE INDEX ix_screening_queue ON screening (clinic_id, state, decided_at)
CREATE INDEX ix_screening_recheck_of ON screening (recheck_of) WHERE recheck_of IS NOT NULL
CREATE INDEX ix_screening_state ON screening (state)
CREATE INDEX ix_screening_submitted ON screening (clinic_id, submitted_at)
CREATE INDEX ix_sign_in_account_id ON sign_in (account_id)
CREATE INDEX ix_sign_in_browser_hash ON sign_in (browser_hash)
CREATE INDEX ix_treatment_day ON treatment (clinic_id, treated_on)
CREATE INDEX ix_treatment_lot_lot_hash ON treatment_lot (lot_hash)
CREATE INDEX ix_treatment_patient_id ON treatment (patient_id)
CREATE INDEX ix_treatment_screening_id ON treatment (screening_id)
CREATE INDEX ix_webhook_clinic_id ON webhook (clinic_id)
CREATE TABLE account (
  id VARCHAR NOT NULL,
  clinic_id VARCHAR NOT NULL,
  username VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  role VARCHAR NOT NULL,
  password_hash VARCHAR NOT NULL,
  credentials BLOB,
  disabled_at DATETIME,
  created_at DATETIME NOT NULL,
  totp BLOB,
  totp_counter INTEGER,
  totp_offer BLOB,
  link_hash VARCHAR,
  link_expires_at DATETIME,
  certificates VARCHAR,
  language VARCHAR,
  registration VARCHAR,
  vouched_by VARCHAR,
  unfinished BLOB,
  CONSTRAINT fk_account_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
  CONSTRAINT pk_account PRIMARY KEY (id),
  CONSTRAINT uq_account_link_hash UNIQUE (link_hash),
  CONSTRAINT uq_account_username UNIQUE (username)
)
CREATE TABLE account_change (
  id VARCHAR NOT NULL,
  clinic_id VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  account_id VARCHAR,
  username VARCHAR,
  name VARCHAR,
  role VARCHAR,
  registration VARCHAR,
  begun_by VARCHAR NOT NULL,
  begun_at DATETIME NOT NULL,
  state VARCHAR NOT NULL,
  settled_by VARCHAR,
  settled_at DATETIME,
  CONSTRAINT fk_account_change_account_id FOREIGN KEY(account_id) REFERENCES account (id),
  CONSTRAINT fk_account_change_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
  CONSTRAINT pk_account_change PRIMARY KEY (id)
)
CREATE TABLE account_notice (
  id VARCHAR NOT NULL,
  change_id VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  attempts INTEGER NOT NULL,
  due_at DATETIME NOT NULL,
  lease_until DATETIME,
  created_at DATETIME NOT NULL,
  sent_at DATETIME,
  CONSTRAINT fk_account_notice_change_id FOREIGN KEY(change_id) REFERENCES account_change (id),
  CONSTRAINT pk_account_notice PRIMARY KEY (id)
)
CREATE TABLE alembic_version (
  version_num VARCHAR(32) NOT NULL,
  CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)
CREATE TABLE annex (
  clinic_id VARCHAR NOT NULL,
  definitions_hash VARCHAR NOT NULL,
  language VARCHAR NOT NULL,
  pdf BLOB NOT NULL,
  sealed_at DATETIME NOT NULL,
  CONSTRAINT fk_annex_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
  CONSTRAINT fk_annex_definitions_hash FOREIGN KEY(definitions_hash) REFERENCES definitions (hash),
  CONSTRAINT pk_annex PRIMARY KEY (clinic_id, definitions_hash, language)
)
CREATE TABLE api_key (
  id VARCHAR NOT NULL,
  clinic_id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  key_hash VARCHAR NOT NULL,
  scopes VARCHAR NOT NULL,
  account_id VARCHAR,
  created_at DATETIME NOT NULL,
  used_at DATETIME,
  revoked_at DATETIME,
  CONSTRAINT fk_api_key_account_id FOREIGN KEY(account_id) REFERENCES account (id),
  CONSTRAINT fk_api_key_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
  CONSTRAINT pk_api_key PRIMARY KEY (id),
  CONSTRAINT uq_api_key_key_hash UNIQUE (key_hash)
)
CREATE TABLE audit (
  sequence INTEGER NOT NULL,
  at DATETIME NOT NULL,
  who VARCHAR NOT NULL,
  act VARCHAR NOT NULL,
  clinic_id VARCHAR,
  screening_id VARCHAR,
  why VARCHAR,
  mac VARCHAR NOT NULL,
  CONSTRAINT pk_audit PRIMARY KEY (sequence)
)
CREATE TABLE check_in (
  id VARCHAR NOT NULL,
  clinic_id VARCHAR NOT NULL,
  patient_id VARCHAR NOT NULL,
  treatment_id VARCHAR NOT NULL,
  sequence INTEGER NOT NULL,
  due_on VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  link_hash VARCHAR,
  link_expires_at DATETIME,
  asked_at DATETIME,
  reminded_at DATETIME,
  answered_at DATETIME,
  gravity INTEGER,
  handled_at DATETIME,
  handled_by VARCHAR,
  content BLOB,
  CONSTRAINT fk_check_in_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
  CONSTRAINT fk_check_in_handled_by FOREIGN KEY(handled_by) REFERENCES account (id),
  CONSTRAINT fk_check_in_patient_id FOREIGN KEY(patient_id) REFERENCES patient (id),
  CONSTRAINT fk_check_in_treatment_id FOREIGN KEY(treatment_id) REFERENCES treatment (id),
  CONSTRAINT pk_check_in PRIMARY KEY (id),
  CONSTRAINT uq_check_in_link_hash UNIQUE (link_hash),
  CONSTRAINT uq_check_in_treatment_id UNIQUE (treatment_id, sequence)
)
CREATE TABLE clinic (
  id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  address VARCHAR NOT NULL,
  phone VARCHAR NOT NULL,
  zone VARCHAR NOT NULL,
  wrapped_key BLOB NOT NULL,
  screenings INTEGER NOT NULL,
  created_at DATETIME NOT NULL,
  seal BLOB,
  certificates VARCHAR,
  accent VARCHAR,
  accent_dark VARCHAR,
  paper VARCHAR DEFAULT 'A4' NOT NULL,
  logo BLOB,
  logo_print VARCHAR,
  language VARCHAR DEFAULT 'en' NOT NULL,
  emergency VARCHAR DEFAULT '112' NOT NULL,
  alert_to VARCHAR,
  one_a_page BOOLEAN DEFAULT 0 NOT NULL,
  CONSTRAINT pk_clinic PRIMARY KEY (id)
)
CREATE TABLE decision (
  id VARCHAR NOT NULL,
  screening_id VARCHAR NOT NULL,
  account_id VARCHAR NOT NULL,
  decided_at DATETIME NOT NULL,
  content BLOB NOT NULL,
  sequence INTEGER DEFAULT '1' NOT NULL,
  CONSTRAINT fk_decision_account_id FOREIGN KEY(account_id) REFERENCES account (id),
  CONSTRAINT fk_decision_screening_id FOREIGN KEY(screening_id) REFERENCES screening (id),
  CONSTRAINT pk_decision PRIMARY KEY (id),
  CONSTRAINT uq_decision_screening_id UNIQUE (screening_id, sequence)
)
CREATE TABLE definitions (
  hash VARCHAR NOT NULL,
  archive BLOB NOT NULL,
  first_used_at DATETIME NOT NULL,
  CONSTRAINT pk_definitions PRIMARY KEY (hash)
)
CREATE TABLE delivery (
  id VARCHAR NOT NULL,
  webhook_id VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  subject_id VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  attempts INTEGER NOT NULL,
  due_at DATETIME NOT NULL,
  lease_until DATETIME,
  error VARCHAR,
  created_at DATETIME NOT NULL,
  sent_at DATETIME,
  CONSTRAINT fk_delivery_webhook_id FOREIGN KEY(webhook_id) REFERENCES webhook (id),
  CONSTRAINT pk_delivery PRIMARY KEY (id)
)
CREATE TABLE installation (
  name VARCHAR NOT NULL,
  content BLOB NOT NULL,
  CONSTRAINT pk_installation PRIMARY KEY (name)
)
CREATE TABLE kiosk (
  id VARCHAR NOT NULL,
  clinic_id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  code_hash VARCHAR,
  token_hash VARCHAR,
  misses INTEGER NOT NULL,
  revoked_at DATETIME,
  created_at DATETIME NOT NULL,
  locked_at DATETIME,
  pin_hash VARCHAR,
  pin_misses INTEGER DEFAULT '0' NOT NULL,
  CONSTRAINT fk_kiosk_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
  CONSTRAINT pk_kiosk PRIMARY KEY (id),
  CONSTRAINT uq_kiosk_code_hash UNIQUE (code_hash),
  CONSTRAINT uq_kiosk_token_hash UNIQUE (token_hash)
)
CREATE TABLE lock (
  name VARCHAR NOT NULL,
  misses INTEGER NOT NULL,
  locked_until DATETIME,
  at DATETIME,
  CONSTRAINT pk_lock PRIMARY KEY (name)
)
CREATE TABLE loose_object (
  name VARCHAR NOT NULL,
  report_id VARCHAR,
  due_at DATETIME NOT NULL,
  CONSTRAINT fk_loose_object_report_id FOREIGN KEY(report_id) REFERENCES report (id),
  CONSTRAINT pk_loose_object PRIMARY KEY (name)
)
CREATE TABLE mark (
  name VARCHAR NOT NULL,
  at DATETIME NOT NULL,
  CONSTRAINT pk_mark PRIMARY KEY (name)
)
CREATE TABLE message (
  id VARCHAR NOT NULL,
  screening_id VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  sequence INTEGER NOT NULL,
  state VARCHAR NOT NULL,
  attempts INTEGER NOT NULL,
  due_at DATETIME NOT NULL,
  lease_until DATETIME,
  recipient BLOB,
  error BLOB,
  created_at DATETIME NOT NULL,
  sent_at DATETIME,
  check_in_id VARCHAR,
  CONSTRAINT fk_message_check_in_id FOREIGN KEY(check_in_id) REFERENCES check_in (id),
  CONSTRAINT fk_message_screening_id FOREIGN KEY(screening_id) REFERENCES screening (id),
  CONSTRAINT pk_message PRIMARY KEY (id),
  CONSTRAINT uq_message_screening_id UNIQUE (screening_id, kind, sequence)
)
CREATE TABLE note (
  id VARCHAR NOT NULL,
  patient_id VARCHAR NOT NULL,
  screening_id VARCHAR,
  account_id VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  content BLOB NOT NULL,
  created_at DATETIME NOT NULL,
  CONSTRAINT fk_note_account_id FOREIGN KEY(account_id) REFERENCES account (id),
  CONSTRAINT fk_note_patient_id FOREIGN KEY(patient_id) REFERENCES patient (id),
  CONSTRAINT fk_note_screening_id FOREIGN KEY(screening_id) REFERENCES screening (id),
  CONSTRAINT pk_note PRIMARY KEY (id)
)
CREATE TABLE passkey (
  id VARCHAR NOT NULL,
  account_id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  credential_hash VARCHAR NOT NULL,
  content BLOB NOT NULL,
  uses INTEGER NOT NULL,
  used_at DATETIME,
  created_at DATETIME NOT NULL,
  CONSTRAINT fk_passkey_account_id FOREIGN KEY(account_id) REFERENCES account (id),
  CONSTRAINT pk_passkey PRIMARY KEY (id),
  CONSTRAINT uq_passkey_credential_hash UNIQUE (credential_hash)
)
CREATE TABLE patient (
  id VARCHAR NOT NULL,
  clinic_id VARCHAR NOT NULL,
  wrapped_key BLOB NOT NULL,
  content BLOB NOT NULL,
  number_hash VARCHAR,
  person_hash VARCHAR,
  merged_into VARCHAR,
  merged_at DATETIME,
  merge_confirmed_at DATETIME,
  code_hash VARCHAR,
  code_misses INTEGER NOT NULL,
  code_locked_until DATETIME,
  created_at DATETIME NOT NULL,
  CONSTRAINT fk_patient_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
  CONSTRAINT fk_patient_merged_into FOREIGN KEY(merged_into) REFERENCES patient (id),
  CONSTRAINT pk_patient PRIMARY KEY (id),
  CONSTRAINT uq_patient_clinic_id UNIQUE (clinic_id, number_hash)
)
CREATE TABLE patient_word (
  patient_id VARCHAR NOT NULL,
  word_hash VARCHAR NOT NULL,
  CONSTRAINT fk_patient_word_patient_id FOREIGN KEY(patient_id) REFERENCES patient (id),
  CONSTRAINT pk_patient_word PRIMARY KEY (patient_id, word_hash)
)
CREATE TABLE recovery_code (
  id VARCHAR NOT NULL,
  account_id VARCHAR NOT NULL,
  code_hash VARCHAR NOT NULL,
  used_at DATETIME,
  CONSTRAINT fk_recovery_code_account_id FOREIGN KEY(account_id) REFERENCES account (id),
  CONSTRAINT pk_recovery_code PRIMARY KEY (id)
)
CREATE TABLE reference (
  id VARCHAR NOT NULL,
  clinic_id VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  value_hash VARCHAR NOT NULL,
  patient_id VARCHAR NOT NULL,
  screening_id VARCHAR,
  content BLOB NOT NULL,
  CONSTRAINT fk_reference_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
  CONSTRAINT fk_reference_patient_id FOREIGN KEY(patient_id) REFERENCES patient (id),
  CONSTRAINT fk_reference_screening_id FOREIGN KEY(screening_id) REFERENCES screening (id),
  CONSTRAINT pk_reference PRIMARY KEY (id),
  CONSTRAINT uq_reference_clinic_id UNIQUE (clinic_id, kind, value_hash)
)
CREATE TABLE report (
  id VARCHAR NOT NULL,
  screening_id VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  attempts INTEGER NOT NULL,
  due_at DATETIME NOT NULL,
  lease_until DATETIME,
  error VARCHAR,
  pdf BLOB,
  sha256 VARCHAR,
  created_at DATETIME NOT NULL,
  sealed_at DATETIME,
  code VARCHAR,
  sequence INTEGER DEFAULT '1' NOT NULL,
  proven_until DATETIME,
  restamp_at DATETIME,
  stored_as VARCHAR,
  CONSTRAINT fk_report_screening_id FOREIGN KEY(screening_id) REFERENCES screening (id),
  CONSTRAINT pk_report PRIMARY KEY (id),
  CONSTRAINT uq_report_code UNIQUE (code),
  CONSTRAINT uq_report_screening_id UNIQUE (screening_id, kind, sequence)
)
CREATE TABLE report_stamp (
  sha256 VARCHAR NOT NULL,
  report_id VARCHAR NOT NULL,
  stamped_at DATETIME NOT NULL,
  CONSTRAINT fk_report_stamp_report_id FOREIGN KEY(report_id) REFERENCES report (id),
  CONSTRAINT pk_report_stamp PRIMARY KEY (sha256)
)
CREATE TABLE request (
  id VARCHAR NOT NULL,
  api_key_id VARCHAR NOT NULL,
  clinic_id VARCHAR NOT NULL,
  key_hash VARCHAR NOT NULL,
  request_hash VARCHAR NOT NULL,
  screening_id VARCHAR,
  answer BLOB,
  created_at DATETIME NOT NULL,
  CONSTRAINT fk_request_api_key_id FOREIGN KEY(api_key_id) REFERENCES api_key (id),
  CONSTRAINT fk_request_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
  CONSTRAINT fk_request_screening_id FOREIGN KEY(screening_id) REFERENCES screening (id),
  CONSTRAINT pk_request PRIMARY KEY (id),
  CONSTRAINT uq_request_api_key_id UNIQUE (api_key_id, key_hash)
)
CREATE TABLE screening (
  id VARCHAR NOT NULL,
  clinic_id VARCHAR NOT NULL,
  patient_id VARCHAR,
  device_hash VARCHAR,
  withdrawn_at DATETIME,
  number VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  link_hash VARCHAR NOT NULL,
  link_expires_at DATETIME NOT NULL,
  start_code_hash VARCHAR,
  start_code_expires_at DATETIME,
  appointment_at DATETIME,
  created_at DATETIME NOT NULL,
  submitted_at DATETIME,
  decided_at DATETIME,
  definitions_hash VARCHAR,
  gravity INTEGER,
  wrapped_key BLOB NOT NULL,
  person BLOB NOT NULL,
  draft BLOB NOT NULL,
  basis BLOB,
  submission BLOB,
  recheck_of VARCHAR,
  person_hash VARCHAR,
  contact BLOB,
  pen_hash VARCHAR,
  pen_until DATETIME,
  move_hash VARCHAR,
  move_expires_at DATETIME,
  CONSTRAINT fk_screening_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
  CONSTRAINT fk_screening_patient_id FOREIGN KEY(patient_id) REFERENCES patient (id),
  CONSTRAINT fk_screening_recheck_of FOREIGN KEY(recheck_of) REFERENCES screening (id),
  CONSTRAINT pk_screening PRIMARY KEY (id),
  CONSTRAINT uq_screening_clinic_id UNIQUE (clinic_id, number),
  CONSTRAINT uq_screening_link_hash UNIQUE (link_hash),
  CONSTRAINT uq_screening_move_hash UNIQUE (move_hash),
  CONSTRAINT uq_screening_start_code_hash UNIQUE (start_code_hash)
)
CREATE TABLE sign_in (
  id VARCHAR NOT NULL,
  account_id VARCHAR NOT NULL,
  started_at DATETIME NOT NULL,
  seen_at DATETIME NOT NULL,
  ended_at DATETIME,
  factor VARCHAR,
  browser VARCHAR DEFAULT '' NOT NULL,
  confirmed_at DATETIME,
  browser_hash VARCHAR,
  CONSTRAINT fk_sign_in_account_id FOREIGN KEY(account_id) REFERENCES account (id),
  CONSTRAINT pk_sign_in PRIMARY KEY (id)
)
CREATE TABLE treatment (
  id VARCHAR NOT NULL,
  clinic_id VARCHAR NOT NULL,
  patient_id VARCHAR NOT NULL,
  screening_id VARCHAR NOT NULL,
  account_id VARCHAR,
  treated_on VARCHAR NOT NULL,
  content BLOB NOT NULL,
  created_at DATETIME NOT NULL,
  undone_at DATETIME,
  CONSTRAINT fk_treatment_account_id FOREIGN KEY(account_id) REFERENCES account (id),
  CONSTRAINT fk_treatment_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
  CONSTRAINT fk_treatment_patient_id FOREIGN KEY(patient_id) REFERENCES patient (id),
  CONSTRAINT fk_treatment_screening_id FOREIGN KEY(screening_id) REFERENCES screening (id),
  CONSTRAINT pk_treatment PRIMARY KEY (id)
)
CREATE TABLE treatment_lot (
  treatment_id VARCHAR NOT NULL,
  lot_hash VARCHAR NOT NULL,
  CONSTRAINT fk_treatment_lot_treatment_id FOREIGN KEY(treatment_id) REFERENCES treatment (id),
  CONSTRAINT pk_treatment_lot PRIMARY KEY (treatment_id, lot_hash)
)
CREATE TABLE webhook (
  id VARCHAR NOT NULL,
  clinic_id VARCHAR NOT NULL,
  url VARCHAR NOT NULL,
  content BLOB NOT NULL,
  created_at DATETIME NOT NULL,
  ended_at DATETIME,
  CONSTRAINT fk_webhook_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
  CONSTRAINT pk_webhook PRIMARY KEY (id)
)
CREATE TRIGGER audit_next BEFORE INSERT ON audit WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM audit) AND NOT (NEW.act = 'restore backup' AND NEW.sequence > (SELECT coalesce(max(sequence), 0) FROM audit)) BEGIN SELECT RAISE(ABORT, 'an audit entry takes the next sequence'); END
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'an audit entry is never deleted'); END
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'an audit entry is never changed'); END
