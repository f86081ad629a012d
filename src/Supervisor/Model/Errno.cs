using System.Globalization;

namespace Reuseportd.Model;

/// <summary>An error number of Linux (errno(3)); 0 means no error.</summary>
internal readonly record struct Errno(int Number)
{
    public static readonly Errno None = new(0);
    public static readonly Errno NotPermitted = new(1);
    public static readonly Errno NotFound = new(2);
    public static readonly Errno NoProcess = new(3);
    public static readonly Errno Interrupted = new(4);
    public static readonly Errno InputOutput = new(5);
    public static readonly Errno NoDevice = new(6);
    public static readonly Errno NotExecutable = new(8);
    public static readonly Errno BadDescriptor = new(9);
    public static readonly Errno NoChild = new(10);
    public static readonly Errno Again = new(11);
    public static readonly Errno NoMemory = new(12);
    public static readonly Errno AccessDenied = new(13);
    public static readonly Errno BadAddress = new(14);
    public static readonly Errno Busy = new(16);
    public static readonly Errno Exists = new(17);
    public static readonly Errno NoSuchDevice = new(19);
    public static readonly Errno InvalidArgument = new(22);
    public static readonly Errno TooManyFiles = new(23);
    public static readonly Errno TooManyDescriptors = new(24);
    public static readonly Errno TooLarge = new(27);
    public static readonly Errno NoSpace = new(28);
    public static readonly Errno BrokenPipe = new(32);
    public static readonly Errno OutOfRange = new(34);
    public static readonly Errno NoSuchCall = new(38);
    public static readonly Errno LinkNotFollowed = new(40);
    public static readonly Errno MessageTooLong = new(90);
    public static readonly Errno NotSupported = new(95);
    public static readonly Errno AlreadyInUse = new(98);
    public static readonly Errno AddressNotAvailable = new(99);
    public static readonly Errno Aborted = new(103);
    public static readonly Errno NoBuffers = new(105);
    public static readonly Errno TimedOut = new(110);
    public static readonly Errno ConnectionRefused = new(111);

    /// <summary>True if the host has no more of something at the moment: processes, memory, descriptors.</summary>
    public bool IsShortage =>
        this == Again || this == NoMemory || this == TooManyFiles || this == TooManyDescriptors || this == NoBuffers;

    private static readonly Dictionary<int, string> Names = new()
    {
        [1] = "EPERM", [2] = "ENOENT", [3] = "ESRCH", [4] = "EINTR", [5] = "EIO", [6] = "ENXIO", [7] = "E2BIG", [8] = "ENOEXEC",
        [9] = "EBADF", [10] = "ECHILD", [11] = "EAGAIN", [12] = "ENOMEM", [13] = "EACCES", [14] = "EFAULT", [16] = "EBUSY",
        [17] = "EEXIST", [19] = "ENODEV", [20] = "ENOTDIR", [21] = "EISDIR", [22] = "EINVAL", [23] = "ENFILE", [24] = "EMFILE",
        [26] = "ETXTBSY", [27] = "EFBIG", [28] = "ENOSPC", [30] = "EROFS", [32] = "EPIPE", [34] = "ERANGE",
        [36] = "ENAMETOOLONG", [38] = "ENOSYS", [40] = "ELOOP", [61] = "ENODATA", [88] = "ENOTSOCK", [90] = "EMSGSIZE",
        [92] = "ENOPROTOOPT", [93] = "EPROTONOSUPPORT", [95] = "EOPNOTSUPP", [97] = "EAFNOSUPPORT", [98] = "EADDRINUSE",
        [99] = "EADDRNOTAVAIL", [100] = "ENETDOWN", [103] = "ECONNABORTED", [105] = "ENOBUFS", [110] = "ETIMEDOUT",
        [111] = "ECONNREFUSED",
        [116] = "ESTALE", [122] = "EDQUOT",
    };

    private static readonly Dictionary<string, int> Numbers = Names.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>Parses a symbolic name or a number.</summary>
    public static Errno? TryParse(string text) =>
        Numbers.TryGetValue(text, out var number)
            || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            ? new Errno(number)
            : null;

    public override string ToString() =>
        Names.TryGetValue(Number, out var name) ? name : Number.ToString(CultureInfo.InvariantCulture);
}
