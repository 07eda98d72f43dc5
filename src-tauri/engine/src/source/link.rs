//! A link to one object: a `GetObject` request that is signed for a short time, so that a browser can make it.
//!
//! Whoever has the link may read the object until it expires, so it is a secret of its own: it goes to who asked for it,
//! and into no log, error or event. Before it is made one byte is read: the server's refusal is told here and not in the
//! browser, and the region is found where the connection names another one.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;

use super::classify::{Asked, classify};
use super::s3::{Route, S3Source};
use crate::error::{Error, ErrorCode, Result};
use crate::object::ObjectKey;

/// What S3 answers to a range of an object without bytes.
const NO_SUCH_RANGE: u16 = 416;
/// Says in a link who pays for the request.
const PAYER: &str = "x-amz-request-payer=requester";

impl S3Source {
    /// A link that reads this object, whichever version it has by then, for so long; of a public bucket one that needs no
    /// signature and does not expire.
    ///
    /// # Errors
    /// `object_gone`; what the bucket says to a read.
    pub async fn link(&self, key: &ObjectKey, lasts: Duration) -> Result<String> {
        let route = self.readable_route(key).await?;
        let config = PresigningConfig::expires_in(lasts).map_err(|e| Error::internal("signing a link", e))?;
        let request = route.client.get_object().bucket(&route.target.bucket).key(key.as_str());
        let pays = route.target.requester_pays;
        let signed = request
            .customize()
            .mutate_request(move |request| {
                // As a header it would have to be sent by the browser, which does not know of it.
                if pays {
                    let uri = request.uri().to_owned();
                    let joint = if uri.contains('?') { '&' } else { '?' };
                    let _ = request.set_uri(format!("{uri}{joint}{PAYER}"));
                }
            })
            .presigned(config)
            .await;
        match signed {
            Ok(signed) => Ok(signed.uri().to_owned()),
            Err(error) => Err(self.error(classify(&error, Asked::Fetch), Some(key))),
        }
    }

    /// The way on which one byte of the object could be read.
    async fn readable_route(&self, key: &ObjectKey) -> Result<Route> {
        let mut route = self.route();
        loop {
            let request = route.client.get_object().bucket(&route.target.bucket).key(key.as_str()).range("bytes=0-0");
            let payer = route.target.payer();
            let error = match request.set_request_payer(payer).send().await {
                Ok(_) => return Ok(route),
                Err(error) => error,
            };
            if error.raw_response().is_some_and(|response| response.status().as_u16() == NO_SUCH_RANGE) {
                return Ok(route);
            }
            let failure = classify(&error, Asked::Fetch);
            match route.target.to_region(&failure) {
                Some(detour) => {
                    route = route.to(detour.target);
                    self.keep(route.clone());
                }
                None if failure.code == ErrorCode::ObjectGone => {
                    return Err(Error::new(ErrorCode::ObjectGone, format!("key “{}”", key.as_str().escape_debug())));
                }
                None => return Err(self.error(failure, Some(key))),
            }
        }
    }
}
