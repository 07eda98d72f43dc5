//! Keeps what was read of sign-ins, so that whoever asks for a connection reads no file each time: it is read again when
//! it has grown old ([`crate::sign_in`] says when) and somebody asks. The schedule asks twice a minute. Where no
//! connection signs with what this computer knows of, nothing is read.

use std::collections::{BTreeSet, HashMap};

use crate::connection::Credentials;
use crate::event::EngineEvent;
use crate::sign_in::{SignInEnd, is_fresh, shown};
use crate::source::{self, Origin};
use crate::sync::now;
use crate::view::{ConnectionState, ConnectionView, SignIn};

use super::{Engine, lock};

/// What was read, and what was told of it.
#[derive(Default)]
pub(super) struct SignIns {
    read: HashMap<Origin, (i64, Option<SignInEnd>)>,
    told: HashMap<String, SignIn>,
}

impl Engine {
    /// Puts the end of its sign-in into each of these connections.
    pub(super) async fn show_sign_ins(&self, views: &mut [ConnectionView]) {
        let now = now();
        let origins: BTreeSet<Origin> = views.iter().filter_map(|view| origin(&view.credentials)).collect();
        if origins.is_empty() {
            return;
        }
        self.read_what_is_old(origins, now).await;
        let kept = lock(&self.sign_ins);
        for view in views {
            let end = origin(&view.credentials).and_then(|origin| kept.read.get(&origin)?.1.as_ref());
            let rests = view.pause.is_some() || view.state == ConnectionState::Deleting;
            view.sign_in = end.and_then(|end| shown(end, rests, view.next_due_at, now));
        }
    }

    async fn read_what_is_old(&self, mut origins: BTreeSet<Origin>, now: i64) {
        {
            let kept = lock(&self.sign_ins);
            let is_old = |(read_at, end): &(i64, Option<SignInEnd>)| !is_fresh(end.as_ref(), *read_at, now);
            origins.retain(|origin| kept.read.get(origin).is_none_or(is_old));
        }
        if !origins.is_empty() {
            let ends = source::ends(origins, now).await;
            lock(&self.sign_ins).read.extend(ends.into_iter().map(|(origin, end)| (origin, (now, end))));
        }
    }

    /// Tells who shows connections which sign-ins have come near their end, have ended, or were renewed.
    pub(super) fn tell_sign_ins(&self, views: &[ConnectionView]) {
        let shown: HashMap<_, _> =
            views.iter().filter_map(|view| Some((view.id.clone(), view.sign_in.clone()?))).collect();
        let told = std::mem::replace(&mut lock(&self.sign_ins).told, shown);
        for view in views.iter().filter(|view| told.get(&view.id) != view.sign_in.as_ref()) {
            self.tell(EngineEvent::Connection { connection: view.clone() });
        }
    }
}

/// Where credentials come from that this computer may know the end of.
fn origin(credentials: &Credentials) -> Option<Origin> {
    match credentials {
        Credentials::Environment => Some(None),
        Credentials::Profile { name } => Some(Some(name.clone())),
        Credentials::AccessKey { .. } | Credentials::Anonymous => None,
    }
}
