//! Answers that do not arrive whole.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::TryStreamExt;
use hyper::body::{Frame, SizeHint};
use hyper::header;
use s3s::{Body, HttpError, HttpResponse};

/// The connection closes without an answer.
pub(crate) fn hangup() -> HttpError {
    HttpError::new(Box::new(io::Error::from(io::ErrorKind::ConnectionReset)))
}

/// The connection closes in the middle of the body.
pub(crate) async fn cut(response: HttpResponse) -> Result<HttpResponse, HttpError> {
    replace(response, |body| Body::http_body(Cut::new(body))).await
}

/// The body stops in the middle, and the connection stays open.
pub(crate) async fn stall(response: HttpResponse) -> Result<HttpResponse, HttpError> {
    replace(response, |body| Body::http_body(Cut { fails: false, ..Cut::new(body) })).await
}

/// Half of the body, with the length of that half: nothing in the reply tells that it is not whole.
pub(crate) async fn halve(response: HttpResponse) -> Result<HttpResponse, HttpError> {
    replace(response, |body| Body::from(half(&body))).await
}

/// Takes the whole body of an answer and puts another one in its place.
async fn replace(response: HttpResponse, body: impl FnOnce(Bytes) -> Body) -> Result<HttpResponse, HttpError> {
    let (mut head, old) = response.into_parts();
    let whole: Vec<Bytes> = old.try_collect().await.map_err(HttpError::new)?;
    let new = body(Bytes::from(whole.concat()));
    // The length is that of the new body, or what `Cut` promises.
    head.headers.remove(header::CONTENT_LENGTH);
    Ok(HttpResponse::from_parts(head, new))
}

fn half(whole: &Bytes) -> Bytes {
    whole.slice(..whole.len() / 2)
}

/// A body that promises everything, gives half of it, and then fails or says nothing more.
struct Cut {
    half: Option<Bytes>,
    promised: u64,
    flushed: bool,
    fails: bool,
}

impl Cut {
    fn new(whole: Bytes) -> Self {
        Self { half: Some(half(&whole)), promised: whole.len() as u64, flushed: false, fails: true }
    }
}

impl hyper::body::Body for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        // The server writes what it has before it asks again: the half is on its way when the connection ends.
        if !self.flushed {
            self.flushed = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        // Without a waker it stays pending until the client has had enough.
        if self.fails { Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))) } else { Poll::Pending }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
