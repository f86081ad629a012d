using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Terminal;

/// <summary>
/// The whole terminal: its alternate screen, in raw mode, without a cursor. The terminal is restored by <see cref="Leave"/>: at
/// the end, at a signal that ends the process, and at an exception that nothing catches. Thread-safe.
/// </summary>
/// <remarks>The framework's console would change the settings of the terminal by itself, so it is not used here.</remarks>
internal sealed partial class FullScreen : IDisposable
{
    // Alternate screen, no cursor, no wrapping of lines (xterm's control sequences); all three end in the other order.
    private const string Begin = "\e[?1049h\e[?25l\e[?7l";
    private const string End = "\e[0m\e[?7h\e[?25h\e[?1049l";

    private const int SigTstp = 20;

    private readonly Lock _lock = new();
    private readonly RawMode _mode = new();
    private readonly Painter _painter = new();
    private readonly FileStream _output = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
    private readonly PosixSignalRegistration[] _deadly;
    private bool _isEntered;

    public FullScreen()
    {
        AppDomain.CurrentDomain.UnhandledException += OnFault;
        // Not cancelled: the signal ends the process after this handler, as it would without one.
        _deadly =
        [
            .. new[] { PosixSignal.SIGHUP, PosixSignal.SIGQUIT }
                .Select(signal => PosixSignalRegistration.Create(signal, _ => Leave())),
        ];
    }

    /// <returns>False if the terminal is gone.</returns>
    public bool Enter()
    {
        lock (_lock)
        {
            if (_isEntered) return true;
            if (!_mode.Begin()) return false;
            _isEntered = true;
            _painter.Forget();
            Write(Begin);
            return true;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (!_isEntered) return;
            _isEntered = false;
            Write(End);
            _mode.End();
        }
    }

    /// <summary>Draws all lines anew, as another program may have written on the screen.</summary>
    public void Forget()
    {
        lock (_lock) _painter.Forget();
    }

    /// <summary>Shows the lines; nothing while the screen is left.</summary>
    public void Draw(IReadOnlyList<Cell[]> lines, Size size)
    {
        lock (_lock)
            if (_isEntered) Write(_painter.Paint(lines, size));
    }

    /// <summary>Stops this process, as Ctrl-Z does. Returns after SIGCONT.</summary>
    public void Suspend()
    {
        Leave();
        // To this thread, so that the stop comes before the return. A process without a shell is not stopped.
        _ = Raise(SigTstp);
        _ = Enter();
    }

    public void Dispose()
    {
        Leave();
        foreach (var registration in _deadly) registration.Dispose();
        AppDomain.CurrentDomain.UnhandledException -= OnFault;
        _output.Dispose();
    }

    private void OnFault(object sender, UnhandledExceptionEventArgs fault) => Leave();

    private void Write(string text)
    {
        try
        {
            if (text.Length > 0) _output.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException)
        {
            // The terminal is gone: the end of the input says so, too.
        }
    }

    [LibraryImport("libc", EntryPoint = "raise")]
    private static partial int Raise(int signal);
}
