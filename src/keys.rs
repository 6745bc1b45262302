//! Secrets of the deployment and what is done with them: receipt codes,
//! encrypted contacts, hashes of tokens, fresh salts. Nothing here can be
//! printed.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rand::RngCore;
use sha2::{Digest, Sha256};

use crate::domain::commitment::Salt;
use crate::domain::contact::Contact;
use crate::domain::receipt::ReceiptCode;
use crate::domain::totp::TotpSecret;
use crate::domain::words::Serial;

/// The keys, all derived from one secret of 32 bytes.
#[derive(Clone)]
pub struct Keys {
    receipt: [u8; 32],
    contact: [u8; 32],
    form: [u8; 32],
    sheet: [u8; 32],
    account: [u8; 32],
    file: [u8; 32],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// Derives the keys from the deployment's secret.
    pub fn new(secret: &[u8; 32]) -> Self {
        let derive = |purpose: &str| mac(secret, &[b"hoidap", purpose.as_bytes()]);
        Self {
            receipt: derive("receipt"),
            contact: derive("contact"),
            form: derive("form"),
            sheet: derive("sheet"),
            account: derive("account"),
            file: derive("file"),
        }
    }

    /// The receipt code of a submission.
    pub fn receipt(&self, submission: uuid::Uuid) -> ReceiptCode {
        ReceiptCode::derive(&self.receipt, submission.as_bytes())
    }

    /// What is stored of a receipt code.
    pub fn receipt_hash(&self, code: &ReceiptCode) -> String {
        code.stored(&self.receipt)
    }

    /// The id of the submission that a browser makes of a sheet. The sheet stands in the address; who only has that can't know the id,
    /// nor ask for the receipt that follows from it.
    pub fn submission(&self, cookie: &str, sheet: uuid::Uuid) -> uuid::Uuid {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = mac(&self.sheet, &[cookie.as_bytes(), sheet.as_bytes()]);
        uuid::Builder::from_random_bytes([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]).into_uuid()
    }

    /// Encrypts a contact, bound to its item.
    pub fn seal_contact(&self, serial: Serial, contact: &Contact) -> Option<String> {
        seal(&self.contact, &serial.to_string(), &serde_json::to_vec(contact).ok()?)
    }

    /// Reads what [`Keys::seal_contact`] wrote for the same item.
    pub fn open_contact(&self, serial: Serial, sealed: &str) -> Option<Contact> {
        serde_json::from_slice(&open(&self.contact, &serial.to_string(), sealed)?).ok()
    }

    /// Encrypts the bytes of a file, bound to its name in the file store.
    pub fn seal_file(&self, object: uuid::Uuid, bytes: &[u8]) -> Option<Vec<u8>> {
        seal_bytes(&self.file, &object.to_string(), bytes)
    }

    /// Reads what [`Keys::seal_file`] wrote for the same name.
    pub fn open_file(&self, object: uuid::Uuid, sealed: &[u8]) -> Option<Vec<u8>> {
        open_bytes(&self.file, &object.to_string(), sealed)
    }

    /// Encrypts the secret of a second factor, bound to its account.
    pub fn seal_totp(&self, officer: uuid::Uuid, secret: &TotpSecret) -> Option<String> {
        seal(&self.account, &format!("totp:{officer}"), secret.bytes())
    }

    /// Reads what [`Keys::seal_totp`] wrote for the same account.
    pub fn open_totp(&self, officer: uuid::Uuid, sealed: &str) -> Option<TotpSecret> {
        open(&self.account, &format!("totp:{officer}"), sealed)?.try_into().ok().map(TotpSecret::new)
    }

    /// Encrypts a token that has to wait for its mail, bound to its account.
    pub fn seal_token(&self, officer: uuid::Uuid, token: &str) -> Option<String> {
        seal(&self.account, &format!("token:{officer}"), token.as_bytes())
    }

    /// Reads what [`Keys::seal_token`] wrote for the same account.
    pub fn open_token(&self, officer: uuid::Uuid, sealed: &str) -> Option<String> {
        String::from_utf8(open(&self.account, &format!("token:{officer}"), sealed)?).ok()
    }

    /// What is stored of a recovery code. It is short, so the hash has a key, and the account's id in it.
    pub fn recovery_hash(&self, officer: uuid::Uuid, code: &ReceiptCode) -> String {
        mac(&self.account, &[b"recovery", officer.as_bytes(), code.reveal().as_bytes()]).iter().map(|b| format!("{b:02x}")).collect()
    }

    /// The form token of a browser: bound to its cookie.
    pub fn form_token(&self, cookie: &str) -> String {
        URL_SAFE_NO_PAD.encode(mac(&self.form, &[b"csrf", cookie.as_bytes()]))
    }

    /// Does the token belong to the cookie? Compared in constant time.
    pub fn form_token_fits(&self, cookie: &str, token: &str) -> bool {
        let Ok(given) = URL_SAFE_NO_PAD.decode(token) else { return false };
        let Ok(mut hmac) = <Hmac<Sha256> as Mac>::new_from_slice(&self.form) else { return false };
        hmac.update(b"csrf");
        hmac.update(&[0]);
        hmac.update(cookie.as_bytes());
        hmac.update(&[0]);
        hmac.verify_slice(&given).is_ok()
    }
}

/// Encrypts; what `of` says must be said again to read it.
fn seal(key: &[u8; 32], of: &str, plain: &[u8]) -> Option<String> {
    Some(STANDARD.encode(seal_bytes(key, of, plain)?))
}

fn seal_bytes(key: &[u8; 32], of: &str, plain: &[u8]) -> Option<Vec<u8>> {
    let nonce: [u8; 24] = random();
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed = cipher.encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad: of.as_bytes() }).ok()?;
    Some([nonce.as_slice(), &sealed].concat())
}

fn open(key: &[u8; 32], of: &str, sealed: &str) -> Option<Vec<u8>> {
    open_bytes(key, of, &STANDARD.decode(sealed).ok()?)
}

fn open_bytes(key: &[u8; 32], of: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = sealed.split_at_checked(24)?;
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(XNonce::from_slice(nonce), Payload { msg: body, aad: of.as_bytes() }).ok()
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length, so there is no error to handle.
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
        mac.update(&[0]);
    }
    mac.finalize().into_bytes().into()
}

/// The key that signs the public ledger (LEDGER.md, "Tree, tiles, checkpoint").
#[derive(Clone)]
pub struct LedgerKey {
    name: String,
    seed: [u8; 32],
}

impl std::fmt::Debug for LedgerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LedgerKey").field("name", &self.name).finish_non_exhaustive()
    }
}

impl LedgerKey {
    /// Signs under the name of the log's origin. None when that can't be a key's name.
    pub fn new(origin: &str, seed: [u8; 32]) -> Option<Self> {
        signed_note::is_key_name_valid(origin).then(|| Self { name: origin.to_owned(), seed })
    }

    /// The log's origin.
    pub fn origin(&self) -> &str {
        &self.name
    }

    /// What a verifier is given: `name+id+key`.
    pub fn verifier(&self) -> String {
        signed_note::new_ed25519_verifier_key(&self.name, &ed25519_dalek::SigningKey::from_bytes(&self.seed).verifying_key())
    }

    /// A signed note of a text.
    pub fn sign(&self, text: &[u8]) -> Option<String> {
        let algorithm_and_key = [&[1], self.seed.as_slice()].concat();
        let public = [&[1], ed25519_dalek::SigningKey::from_bytes(&self.seed).verifying_key().as_bytes().as_slice()].concat();
        let key = format!("PRIVATE+KEY+{}+{:08x}+{}", self.name, signed_note::key_id(&self.name, &public), STANDARD.encode(algorithm_and_key));
        let signer = signed_note::StandardSigner::new(&key).ok()?;
        let mut note = signed_note::Note::new(text, &[]).ok()?;
        note.add_sigs(&[&signer]).ok()?;
        String::from_utf8(note.to_bytes()).ok()
    }

    /// The text of a note that this key signed.
    pub fn open(&self, note: &str) -> Option<Vec<u8>> {
        let verifier = signed_note::StandardVerifier::new(&self.verifier()).ok()?;
        let note = signed_note::Note::from_bytes(note.as_bytes()).ok()?;
        note.verify(&signed_note::VerifierList::new(vec![Box::new(verifier)])).ok()?;
        Some(note.text().to_vec())
    }
}

/// What a witness's lines are checked with: `name+id+key`, a key for `cosignature/v1` (C2SP tlog-cosignature).
#[derive(Debug, Clone)]
pub struct WitnessKey {
    name: String,
    id: u32,
    key: ed25519_dalek::VerifyingKey,
}

impl WitnessKey {
    /// The kind of key in its first byte.
    const COSIGNATURE: u8 = 4;

    /// Reads it. None when it is no such key.
    pub fn read(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('+')?;
        let (id, encoded) = rest.split_once('+')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (kind, key) = bytes.split_first()?;
        let id = u32::from_str_radix(id, 16).ok()?;
        let is_one = *kind == Self::COSIGNATURE && signed_note::is_key_name_valid(name) && id == signed_note::key_id(name, &bytes);
        let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
        is_one.then(|| Self { name: name.to_owned(), id, key })
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Is this line the witness's signature under the text of a note?
    pub fn has_signed(&self, note: &str, line: &str) -> bool {
        let Some(text) = note.rfind("\n\n").and_then(|end| note.get(..=end)) else { return false };
        let Ok(signature) = signed_note::Signature::from_bytes(line.as_bytes()) else { return false };
        let Some((time, rest)) = signature.signature().split_first_chunk::<8>() else { return false };
        let said = format!("cosignature/v1\ntime {}\n{text}", u64::from_be_bytes(*time));
        let signed = ed25519_dalek::Signature::from_slice(rest).is_ok_and(|rest| self.key.verify_strict(said.as_bytes(), &rest).is_ok());
        signature.name() == self.name && signature.id() == self.id && signed
    }
}

/// Random bytes from the operating system's generator.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// A fresh salt for one commitment.
pub fn salt() -> Salt {
    Salt(random())
}

/// A token of 256 random bits for a cookie or a device.
pub fn token() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// A code of 60 random bits that stands for a lost telephone.
pub fn recovery_code() -> ReceiptCode {
    ReceiptCode::derive(&random::<32>(), b"recovery")
}

/// What is stored of a token: its SHA-256, in hexadecimal. A token has enough
/// entropy of its own, so the hash needs no salt.
pub fn token_hash(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::words::{Language, Purpose};

    #[test]
    fn the_ledger_is_signed_as_in_the_test_vector() {
        let key = LedgerKey::new("hoidap.example/so-cong-khai", std::array::from_fn(|i| u8::try_from(i).unwrap())).unwrap();
        assert_eq!(key.verifier(), "hoidap.example/so-cong-khai+832c2107+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
        let text = "hoidap.example/so-cong-khai\n3\n0lrwoy9AN1i8W0Q9iZLHXFEUiqidMRfXoiIdFuhdSoE=\n";
        let note = key.sign(text.as_bytes()).unwrap();
        assert_eq!(
            note,
            format!("{text}\n— hoidap.example/so-cong-khai gywhB/HzmiYAM1iyMYOFMJD2p5zZzJ4j5iq++KdFb+rCyRiID5dxb5bDj4BeZX8jxaQkh8oSPuDkWcTTV11yX5nl0gY=\n")
        );
        assert_eq!(key.open(&note).as_deref(), Some(text.as_bytes()));
        assert_eq!(key.open(&note.replace("\n3\n", "\n4\n")), None, "another size");
        assert_eq!(LedgerKey::new("hoidap.example/so-cong-khai", [7; 32]).unwrap().open(&note), None, "another key");
    }

    #[test]
    fn what_belongs_to_an_account_opens_for_no_other_and_for_nothing_else() {
        let keys = Keys::new(&[7; 32]);
        let (one, other) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
        let secret = TotpSecret::new([3; 20]);
        let sealed = keys.seal_totp(one, &secret).unwrap();
        assert_eq!(keys.open_totp(one, &sealed), Some(secret));
        assert_eq!(keys.open_totp(other, &sealed), None);
        assert_eq!(keys.open_token(one, &sealed), None);
        let code = recovery_code();
        assert_ne!(keys.recovery_hash(one, &code), keys.recovery_hash(other, &code));
        assert_ne!(code, recovery_code());
    }

    #[test]
    fn a_contact_opens_only_for_its_own_item_and_key() {
        let keys = Keys::new(&[7; 32]);
        let contact = Contact::parse("", "a@b.vn", "", &[Purpose::Answer], Language::Vi).unwrap().unwrap();
        let sealed = keys.seal_contact(Serial(1), &contact).unwrap();
        assert!(!sealed.contains("a@b"));
        assert_eq!(keys.open_contact(Serial(1), &sealed), Some(contact));
        assert_eq!(keys.open_contact(Serial(2), &sealed), None);
        assert_eq!(Keys::new(&[8; 32]).open_contact(Serial(1), &sealed), None);
        let token = keys.form_token("cookie");
        assert!(keys.form_token_fits("cookie", &token) && !keys.form_token_fits("other", &token) && !keys.form_token_fits("cookie", ""));
    }
}
