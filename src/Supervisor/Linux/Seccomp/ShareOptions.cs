using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Seccomp;

/// <summary>
/// The options of one bind, in the order of the preload library (src/Preload/bind_general.c). A bind that fails leaves the socket
/// unchanged: a program may try another port on the same socket.
/// </summary>
internal sealed unsafe class ShareOptions(TakenSocket socket, ShareRules rules)
{
    private const int DeviceBytes = 16;

    private byte[]? _formerDevice;
    private int? _formerReusePort;
    private int? _formerReuseAddress;

    /// <summary>The interface that the socket has now, if the rules have one.</summary>
    public string? Device { get; private set; }

    public OptionSetting ReusePort { get; private set; } = OptionSetting.System;

    public OptionSetting ReuseAddress { get; private set; } = OptionSetting.System;

    /// <summary>Options that could not be set, and why.</summary>
    public List<(string Option, Errno Errno)> Failed { get; } = [];

    /// <summary>Sets all options.</summary>
    /// <returns>The error that the bind must fail with: a socket that is to be confined is never unconfined.</returns>
    public Errno Set()
    {
        var errno = rules.Interface is null ? Errno.None : SetDevice();
        if (errno != Errno.None)
        {
            Failed.Add(("SO_BINDTODEVICE", errno));
            return errno;
        }

        Device = rules.Interface;
        ReusePort = Set(Libc.OptionReusePort, "SO_REUSEPORT", rules.ReusePort, ref _formerReusePort);
        ReuseAddress = Set(Libc.OptionReuseAddress, "SO_REUSEADDR", rules.ReuseAddress, ref _formerReuseAddress);
        return Errno.None;
    }

    public void Restore()
    {
        if (_formerDevice is { } device) PutDevice(device);
        if (_formerReusePort is { } port) Put(Libc.OptionReusePort, port);
        if (_formerReuseAddress is { } address) Put(Libc.OptionReuseAddress, address);
    }

    private OptionSetting Set(int option, string name, OptionSetting wanted, ref int? former)
    {
        if (wanted == OptionSetting.System) return OptionSetting.System;
        var value = 0;
        var size = (uint)sizeof(int);
        if (Libc.GetSocketOption(socket, Libc.LevelSocket, option, &value, &size) == 0) former = value;
        var errno = former == (int)wanted ? Errno.None : Put(option, (int)wanted);
        if (errno == Errno.None) return wanted;
        Failed.Add((name, errno));
        return OptionSetting.System;
    }

    /// <summary>
    /// Once a socket has an interface, only a privileged process may set one, even the same: so the same is not set again.
    /// </summary>
    private Errno SetDevice()
    {
        if (rules.Device[0] == 0) return Errno.NoSuchDevice;
        var former = new byte[DeviceBytes];
        var size = (uint)DeviceBytes;
        fixed (byte* start = former) _ = Libc.GetSocketOption(socket, Libc.LevelSocket, Libc.OptionBindToDevice, start, &size);
        if (rules.Device.SequenceEqual(former)) return Errno.None;
        var errno = PutDevice(rules.Device);
        if (errno == Errno.None) _formerDevice = former;
        return errno;
    }

    private Errno PutDevice(ReadOnlySpan<byte> name)
    {
        fixed (byte* start = name)
            return Libc.ErrnoOf(
                Libc.SetSocketOption(socket, Libc.LevelSocket, Libc.OptionBindToDevice, start, DeviceBytes - 1));
    }

    private Errno Put(int option, int value) =>
        Libc.ErrnoOf(Libc.SetSocketOption(socket, Libc.LevelSocket, option, &value, sizeof(int)));
}
