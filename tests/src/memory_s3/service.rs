//! The operations, and the secrets of those who call them.

use std::sync::Arc;

use bytes::Bytes;
use s3s::auth::{S3Auth, SecretKey};
use s3s::dto::{
    ETag, ETagCondition, GetObjectInput, GetObjectOutput, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, StreamingBlob,
};
use s3s::{Body, S3, S3Request, S3Response, S3Result, s3_error};

use super::fault::Fault;
use super::listing;
use super::store::Store;

/// What the server can do.
pub(super) struct Operations(pub(super) Arc<Store>);

#[async_trait::async_trait]
impl S3 for Operations {
    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let asked = request.input.continuation_token.clone();
        let mut page = listing::page(&self.0.state(), request.input)?;
        match request.extensions.get::<Fault>() {
            Some(Fault::TruncatedWithoutToken) => {
                page.is_truncated = Some(true);
                page.next_continuation_token = None;
            }
            Some(Fault::SameToken) => {
                page.is_truncated = Some(true);
                page.next_continuation_token = asked.or(page.next_continuation_token);
            }
            Some(Fault::EndsTooEarly) => {
                page.is_truncated = Some(false);
                page.next_continuation_token = None;
            }
            Some(_) | None => {}
        }
        Ok(S3Response::new(page))
    }

    async fn list_objects(&self, request: S3Request<ListObjectsInput>) -> S3Result<S3Response<ListObjectsOutput>> {
        Ok(S3Response::new(listing::old_page(&self.0.state(), request.input)?))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = request.input;
        let state = self.0.state();
        let bucket = state.buckets.get(&input.bucket).ok_or_else(|| s3_error!(NoSuchBucket, "no such bucket"))?;
        let stored = bucket.objects.get(&input.key);
        let stored = stored.ok_or_else(|| s3_error!(NoSuchKey, "The specified key does not exist."))?;
        let etag = ETag::Strong(stored.etag.clone());
        if let Some(ETagCondition::ETag(wanted)) = &input.if_match
            && !wanted.strong_cmp(&etag)
        {
            return Err(s3_error!(PreconditionFailed, "At least one of the preconditions did not hold"));
        }
        if matches!(stored.storage_class.as_deref(), Some("GLACIER" | "DEEP_ARCHIVE")) {
            return Err(s3_error!(InvalidObjectState, "The operation is not valid for the object's storage class"));
        }
        Ok(S3Response::new(GetObjectOutput {
            content_length: Some(i64::try_from(stored.bytes.len()).expect("it is in memory")),
            e_tag: Some(etag),
            last_modified: Some(stored.modified.into()),
            body: Some(blob(stored.bytes.clone())),
            ..GetObjectOutput::default()
        }))
    }
}

fn blob(bytes: Bytes) -> StreamingBlob {
    StreamingBlob::from(Body::from(bytes))
}

/// The secrets of the known access keys.
pub(super) struct Keys(pub(super) Arc<Store>);

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        match self.0.state().keys.get(access_key) {
            Some((secret, _)) => Ok(SecretKey::from(secret.clone())),
            None => {
                Err(s3_error!(InvalidAccessKeyId, "The AWS Access Key Id you provided does not exist in our records."))
            }
        }
    }
}
