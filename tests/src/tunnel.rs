//! A proxy as companies have them: it opens tunnels (`CONNECT`) to whatever is named, here always to one server, and reads
//! nothing of what goes through.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The longest head of a request.
const LONGEST_HEAD: usize = 8 * 1024;

/// A running proxy. Dropping it ends it.
#[derive(Debug)]
pub struct Tunnel {
    endpoint: String,
    targets: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Tunnel {
    /// A proxy whose tunnels all end at this server (`host:port`); without one it asks for a password.
    ///
    /// # Panics
    /// When there is no free port on loopback.
    pub async fn to(server: Option<&str>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port on loopback");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let targets = Arc::<Mutex<Vec<String>>>::default();
        let (server, asked) = (server.map(str::to_owned), Arc::clone(&targets));
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, asked) = (server.clone(), Arc::clone(&asked));
                // An error is a connection that one of the two sides ended.
                tokio::spawn(async move { drop(serve(client, server.as_deref(), &asked).await) });
            }
        });
        Self { endpoint, targets, task }
    }

    /// `http://127.0.0.1:<port>`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Where tunnels were asked for.
    pub fn targets(&self) -> Vec<String> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut client: TcpStream, server: Option<&str>, targets: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < LONGEST_HEAD {
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    targets.lock().unwrap_or_else(PoisonError::into_inner).push(target.to_owned());
    match server {
        Some(server) if method == "CONNECT" => {
            let mut server = TcpStream::connect(server).await?;
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            copy_bidirectional(&mut client, &mut server).await.map(drop)
        }
        Some(_) => client.write_all(b"HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n").await,
        None => {
            let asks =
                b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n";
            client.write_all(asks).await
        }
    }
}
