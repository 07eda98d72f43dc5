//! An S3 server in memory, for tests: opaque keys, access rules, faults, and a record of what was asked.
//!
//! Signatures, routing and XML are those of the `s3s` crate; the store, the listing and the faults are here.
//! It knows three operations: `ListObjectsV2`, the older `ListObjects`, and `GetObject`. Anything else is refused *and* recorded, so that a
//! test can prove that a program needs no other permission. Every server proves it once more when it is dropped.
//!
//! ```no_run
//! # use s3_connector_tests::memory_s3::{Fault, MemoryS3, On};
//! # async fn example() {
//! let server = MemoryS3::start().await;
//! server.put("user-files", "users/u_1/a.md", "text");
//! server.fail(3, On::Get, Fault::SlowDown);
//! let (endpoint, id, secret) = (server.endpoint(), server.access_key(), server.secret());
//! # }
//! ```

mod fault;
mod listing;
mod rules;
mod service;
mod store;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::S3ServiceBuilder;

use crate::authority::Authority;
pub use crate::loopback::gate::Gate;
use crate::loopback::{Loopback, Respond};
pub use fault::{Fault, On};
use store::Store;
pub use store::{Rights, Seen, StoredObject};

/// The access key that may do everything this server can do.
const ACCESS_KEY: &str = "AKIAMEMORYS3TEST0001";
const SECRET: &str = "memory-s3/secret+value=of-the-test-0001";

/// The server; it stops when it is dropped. All methods may be called while clients are at work.
#[derive(Debug)]
pub struct MemoryS3 {
    store: Arc<Store>,
    http: Loopback,
}

impl MemoryS3 {
    /// Starts an empty server.
    pub async fn start() -> Self {
        Self::start_with(Loopback::serve)
    }

    /// Starts an empty server behind TLS, with a certificate of this authority.
    pub async fn start_tls(authority: &Authority) -> Self {
        Self::start_with(|respond| Loopback::serve_tls(respond, authority.server()))
    }

    fn start_with(serve: impl FnOnce(Respond) -> io::Result<Loopback>) -> Self {
        let store = Arc::new(Store::default());
        store.state().keys.insert(ACCESS_KEY.into(), (SECRET.into(), Rights::Everything));
        let mut builder = S3ServiceBuilder::new(service::Operations(store.clone()));
        builder.set_auth(service::Keys(store.clone()));
        builder.set_access(rules::Rules(store.clone()));
        builder.set_host(rules::Hosts(store.clone()));
        // The rules have a clock of their own.
        let mut config = S3Config::default();
        config.presigned_url_max_skew_time_secs = u32::MAX;
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        let http = serve(fault::faulty(store.clone(), builder.build())).expect("a port on loopback");
        Self { store, http }
    }

    /// `http://127.0.0.1:<port>`, or `https://`.
    pub fn endpoint(&self) -> String {
        self.http.url()
    }

    /// The access key id that may do everything.
    pub fn access_key(&self) -> &'static str {
        ACCESS_KEY
    }

    /// Its secret.
    pub fn secret(&self) -> &'static str {
        SECRET
    }

    /// Makes an empty bucket; an existing one stays as it is.
    pub fn bucket(&self, name: &str) {
        self.store.state().buckets.entry(name.to_owned()).or_default();
    }

    /// Writes an object, and its bucket if it is missing. The same bytes get the same etag.
    pub fn put(&self, bucket: &str, key: &str, bytes: impl Into<Bytes>) {
        self.put_object(bucket, key, StoredObject::new(bytes));
    }

    /// Writes an object with an etag, date or storage class of the test's choice.
    pub fn put_object(&self, bucket: &str, key: &str, object: StoredObject) {
        let mut state = self.store.state();
        state.buckets.entry(bucket.to_owned()).or_default().objects.insert(key.to_owned(), object);
    }

    /// Removes an object; says whether it was there.
    pub fn delete(&self, bucket: &str, key: &str) -> bool {
        self.store.state().buckets.get_mut(bucket).is_some_and(|bucket| bucket.objects.remove(key).is_some())
    }

    /// Removes a bucket with everything in it.
    pub fn delete_bucket(&self, name: &str) {
        self.store.state().buckets.remove(name);
    }

    /// The keys of a bucket, in the order of their bytes.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        let state = self.store.state();
        state.buckets.get(bucket).map(|bucket| bucket.objects.keys().cloned().collect()).unwrap_or_default()
    }

    /// One object.
    pub fn object(&self, bucket: &str, key: &str) -> Option<StoredObject> {
        self.store.state().buckets.get(bucket)?.objects.get(key).cloned()
    }

    /// The objects of a bucket with their keys, in the order of their bytes.
    pub fn objects(&self, bucket: &str) -> Vec<(String, StoredObject)> {
        let state = self.store.state();
        let objects = state.buckets.get(bucket).map(|bucket| bucket.objects.clone());
        objects.unwrap_or_default().into_iter().collect()
    }

    /// Registers another access key, or changes what one may do.
    pub fn allow(&self, access_key: &str, secret: &str, rights: Rights) {
        self.store.state().keys.insert(access_key.to_owned(), (secret.to_owned(), rights));
    }

    /// Refuses everything in this bucket to everyone, or no longer.
    pub fn forbid(&self, bucket: &str, forbidden: bool) {
        self.store.state().buckets.entry(bucket.to_owned()).or_default().forbidden = forbidden;
    }

    /// Lets requests without a signature read this bucket.
    pub fn make_public(&self, bucket: &str) {
        self.store.state().buckets.entry(bucket.to_owned()).or_default().public = true;
    }

    /// The most objects that a page has, whatever the client asks for.
    pub fn page_size(&self, size: usize) {
        self.store.state().page_size = size.max(1);
    }

    /// Whether listings honour `encoding-type=url`; some servers do not.
    pub fn encodes_keys(&self, encodes: bool) {
        self.store.state().encodes_keys = encodes;
    }

    /// `encoding-type` is refused; some servers do not know it.
    pub fn refuses_encoding(&self, refuses: bool) {
        self.store.state().refuses_encoding = refuses;
    }

    /// `ListObjectsV2` is refused; only the older listing is known.
    pub fn is_old(&self, old: bool) {
        self.store.state().is_old = old;
    }

    /// Reading this bucket is for those who say that they pay.
    pub fn requester_pays(&self, bucket: &str) {
        self.store.state().buckets.entry(bucket.to_owned()).or_default().requester_pays = true;
    }

    /// Buckets are hosts under this name from now on, or in a path, as clients like it.
    pub fn hosts_under(&self, domain: &str) {
        self.store.state().domain = Some(domain.to_owned());
    }

    /// Buckets are hosts under this name from now on, and refused in a path.
    pub fn only_hosts_under(&self, domain: &str) {
        self.hosts_under(domain);
        self.store.state().only_hosts = true;
    }

    /// Signatures for another region are refused, and this one is named.
    pub fn lives_in(&self, region: &str) {
        self.store.state().region = Some(region.to_owned());
    }

    /// The server's clock is ahead by this many seconds, and requests from more than 15 minutes away are refused.
    pub fn clock_ahead(&self, seconds: i64) {
        self.store.state().clock_ahead = seconds;
    }

    /// The next `times` requests of this kind fail like this. Faults of one kind happen in the order in which
    /// they were set.
    pub fn fail(&self, times: u32, on: On, fault: Fault) {
        self.store.add_fault(Some(times), on, fault);
    }

    /// Every request of this kind fails like this, until [`MemoryS3::heal`].
    pub fn fail_always(&self, on: On, fault: Fault) {
        self.store.add_fault(None, on, fault);
    }

    /// No more faults.
    pub fn heal(&self) {
        self.store.state().faults.clear();
    }

    /// Requests of this kind wait, from now on, until the gate is opened or dropped.
    pub fn hold(&self, on: On) -> Gate {
        let gate = Gate::default();
        self.store.state().gates.push((on, gate.hold()));
        gate
    }

    /// The names of the S3 operations that reached the server (faults of the connection do not), in order,
    /// refused ones included.
    pub fn operations(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.operation).collect()
    }

    /// What was asked for, in order.
    pub fn seen(&self) -> Vec<Seen> {
        self.store.state().seen.clone()
    }

    /// Forgets what was asked for so far.
    pub fn forget_seen(&self) {
        self.store.state().seen.clear();
    }
}

/// The operations that a program with `s3:ListBucket` and `s3:GetObject` may ask for.
const PERMITTED: [&str; 3] = ["ListObjectsV2", "ListObjects", "GetObject"];

impl Drop for MemoryS3 {
    /// Every server looks back: whatever a test did with it, nothing else was ever asked for.
    fn drop(&mut self) {
        let more: Vec<_> = self.operations().into_iter().filter(|seen| !PERMITTED.contains(&seen.as_str())).collect();
        assert!(more.is_empty() || std::thread::panicking(), "more was asked for than is permitted: {more:?}");
    }
}
