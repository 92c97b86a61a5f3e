//! A TCP connection that a handler can cut: the client sees a reset, as when a network breaks.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// Whether a request came over TLS.
#[derive(Clone, Copy)]
pub(crate) struct Secure(pub(crate) bool);

/// The handler's end of the scissors. Whatever the handler answers after [`Cut::now`] never leaves.
#[derive(Clone, Default)]
pub(crate) struct Cut(Arc<AtomicBool>);

impl Cut {
    /// The next byte that would be written resets the connection instead.
    pub(crate) fn now(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// The socket under HTTP, or under TLS.
pub(crate) struct Wire {
    socket: TcpStream,
    cut: Cut,
}

impl Wire {
    pub(crate) fn new(socket: TcpStream, cut: Cut) -> Self {
        // Answers are small and a test waits for each of them.
        let _ = socket.set_nodelay(true);
        Self { socket, cut }
    }

    fn check(&self) -> io::Result<()> {
        if !self.cut.0.load(Ordering::SeqCst) {
            return Ok(());
        }
        // Closing a socket that lingers for no time sends RST where a plain close sends FIN.
        socket2::SockRef::from(&self.socket).set_linger(Some(Duration::ZERO))?;
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
