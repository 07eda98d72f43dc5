use futures::TryStreamExt;
use proptest::prelude::*;

use super::*;
use crate::error::ErrorCode;

/// Bytes that do not repeat where pieces begin.
fn bytes(length: usize) -> Vec<u8> {
    (0..length as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

async fn came(folder: &Path, promised: Option<u64>, bytes: &[u8], piece: usize) -> Content {
    let mut incoming = Incoming::new(folder, promised);
    for piece in bytes.chunks(piece) {
        incoming.take(piece).await.expect("room on the disk");
    }
    incoming.whole().await.expect("room on the disk")
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).expect("a folder").count()
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_came_is_read_whole_and_in_pieces_as_often_as_wanted(
        length in prop_oneof![
            0..4_usize,
            IN_MEMORY - 2..IN_MEMORY + 3,
            (2 * IN_MEMORY).saturating_sub(1)..2 * IN_MEMORY + PIECE,
        ],
        piece in prop_oneof![1_000..3_000_usize, Just(PIECE), PIECE - 1..PIECE + 2, Just(3 * IN_MEMORY)],
        promise in prop_oneof![Just(None), Just(Some(0)), Just(Some(u64::MAX)), Just(Some(3 * IN_MEMORY as u64))],
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let sent = bytes(length);
        block_on(async {
            // A promise is about speed; what counts is what came.
            let content = came(folder.path(), promise, &sent, piece).await;
            prop_assert_eq!(content.length(), length as u64);
            prop_assert_eq!(&content.hash()[..], &Sha256::digest(&sent)[..]);
            prop_assert_eq!(&content, &Content::of(sent.clone()));
            prop_assert!(length <= IN_MEMORY || content.in_memory().is_none(), "more than may be in memory");
            prop_assert_eq!(&content.read_all().await.expect("bytes")[..], &sent[..]);
            for _ in 0..2 {
                let pieces: Vec<Bytes> = content.pieces().try_collect().await.expect("bytes");
                prop_assert!(content.in_memory().is_some() || pieces.iter().all(|piece| piece.len() <= PIECE));
                prop_assert_eq!(pieces.concat(), &sent[..]);
            }
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn two_that_read_at_once_do_not_get_in_each_others_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let sent = bytes(3 * IN_MEMORY);
    let content = came(folder.path(), None, &sent, PIECE).await;
    let (mut one, mut other) = (content.pieces(), content.pieces());
    let mut read = (Vec::new(), Vec::new());
    while let Some(piece) = one.try_next().await.expect("bytes") {
        read.0.extend_from_slice(&piece);
        read.1.extend_from_slice(&other.try_next().await.expect("bytes").expect("as many pieces"));
    }
    assert!(read.0 == sent && read.1 == sent);
}

/// A name is what would be left after the process was killed.
#[tokio::test]
#[cfg(unix)]
async fn a_file_has_no_name_at_any_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut incoming = Incoming::new(folder.path(), Some(2 * IN_MEMORY as u64));
    incoming.take(&bytes(2 * IN_MEMORY)).await.expect("room on the disk");
    assert_eq!(files(folder.path()), 0);
    let content = incoming.whole().await.expect("room on the disk");
    assert!(content.in_memory().is_none());
    assert_eq!(files(folder.path()), 0);
}

#[tokio::test]
async fn what_broke_off_and_what_was_sent_leave_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut broken = Incoming::new(folder.path(), None);
    broken.take(&bytes(2 * IN_MEMORY)).await.expect("room on the disk");
    drop(broken);
    let content = came(folder.path(), None, &bytes(2 * IN_MEMORY), PIECE).await;
    let mut pieces = content.pieces();
    drop(content);
    // Whoever reads still can.
    assert!(pieces.try_next().await.expect("bytes").is_some());
    drop(pieces);
    assert_eq!(files(folder.path()), 0);
}

#[tokio::test]
async fn a_disk_that_takes_nothing_is_told_and_small_objects_do_not_need_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing");
    let small = came(&missing, None, &bytes(IN_MEMORY), PIECE).await;
    assert!(small.in_memory().is_some());
    let mut large = Incoming::new(&missing, None);
    let error = large.take(&bytes(IN_MEMORY + 1)).await.expect_err("there is no folder");
    assert_eq!(error.code, ErrorCode::DataFolderUnusable);
    for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
        assert_eq!(unusable(&missing, &kind.into()).code, ErrorCode::DiskFull, "{kind:?}");
    }
}

#[test]
fn debug_shows_nothing_of_the_bytes() {
    assert_eq!(format!("{:?}", Content::of("a secret")), "Content(8 bytes in memory)");
}
