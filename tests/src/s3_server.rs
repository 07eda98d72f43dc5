//! A real S3 server over a folder, in this process, on loopback. The buckets are the folders inside.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use hyper::service::Service;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s::{S3Result, s3_error};
use s3s_fs::FileSystem;

use crate::loopback::Loopback;

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct S3Server {
    loopback: Loopback,
}

/// Whoever signed may do everything, except in one bucket.
struct AllButOne;

#[async_trait]
impl S3Access for AllButOne {
    async fn check(&self, request: &mut S3AccessContext<'_>) -> S3Result<()> {
        if request.credentials().is_none() || request.s3_path().get_bucket_name() == Some(S3Server::FORBIDDEN) {
            return Err(s3_error!(AccessDenied));
        }
        Ok(())
    }
}

impl S3Server {
    /// A bucket of this name is there for nobody.
    pub const FORBIDDEN: &str = "forbidden-bucket";

    /// Serves the folders inside `root` to whoever signs with this pair.
    pub fn start(root: &Path, access_key_id: &str, secret_access_key: &str) -> Self {
        let files = FileSystem::new(root).expect("the folder can be served");
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(access_key_id, secret_access_key));
        builder.set_access(AllButOne);
        let service = builder.build();
        let loopback = Loopback::serve(Arc::new(move |request| Service::call(&service, request).boxed()));
        Self { loopback: loopback.expect("a free port on loopback") }
    }

    /// `http://127.0.0.1:<port>`.
    pub fn endpoint(&self) -> String {
        self.loopback.url()
    }
}
