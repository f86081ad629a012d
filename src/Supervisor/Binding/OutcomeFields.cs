using System.Globalization;
using System.Text;
using Reuseportd.Model;

namespace Reuseportd.Binding;

[Flags]
internal enum OutcomeField
{
    None = 0,
    Pid = 1 << 0,
    FileDescriptor = 1 << 1,
    Inode = 1 << 2,
    Family = 1 << 3,
    Type = 1 << 4,
    Address = 1 << 5,
    Port = 1 << 6,
    Matched = 1 << 7,
    ReusePort = 1 << 8,
    ReuseAddress = 1 << 9,
    Device = 1 << 10,
    Backlog = 1 << 11,
    Result = 1 << 12,
    Version = 1 << 13,
    Lines = 1 << 14,

    /// <summary>The keys that lines of <c>bind</c> and of <c>listen</c> both carry.</summary>
    OfSocket = Pid | FileDescriptor | Inode | Family | Type | Address | Port | Matched | Result,
}

/// <summary>
/// The <c>key=value</c> words of one line, read in place. An unknown key is skipped, so that a newer library may add keys. A
/// known key that is malformed or repeated invalidates the line.
/// </summary>
internal ref struct OutcomeFields
{
    private OutcomeField _seen;
    private ulong _inode;
    private int _fileDescriptor;
    private int _port;
    private int _backlog;
    private int _matched;
    private int _reusePort;
    private int _reuseAddress;
    private ReadOnlySpan<byte> _family;
    private ReadOnlySpan<byte> _type;
    private ReadOnlySpan<byte> _address;
    private ReadOnlySpan<byte> _device;

    public int Pid;
    public int Lines;
    public ReadOnlySpan<byte> Result;
    public ReadOnlySpan<byte> Version;

    public readonly bool Has(OutcomeField fields) => (_seen & fields) == fields;

    public static bool TryRead(ReadOnlySpan<byte> text, out OutcomeFields fields)
    {
        fields = default;
        fields._reusePort = fields._reuseAddress = (int)OptionSetting.System;
        while (true)
        {
            var space = text.IndexOf((byte)' ');
            var word = space < 0 ? text : text[..space];
            var equals = word.IndexOf((byte)'=');
            if (equals <= 0 || !fields.TryTake(word[..equals], word[(equals + 1)..])) return false;
            if (space < 0) break;
            text = text[(space + 1)..];
        }

        return !fields.Has(OutcomeField.Family | OutcomeField.Address) || OutcomeWords.IsAddress(fields._address, fields._family);
    }

    public readonly SocketOutcome ToSocket() => new(
        _fileDescriptor,
        _inode,
        OutcomeWords.Family(_family),
        OutcomeWords.Type(_type),
        Encoding.ASCII.GetString(_address),
        _port,
        _matched == 1,
        (OptionSetting)_reusePort,
        (OptionSetting)_reuseAddress,
        Has(OutcomeField.Device) && !_device.SequenceEqual("-"u8) ? Encoding.UTF8.GetString(_device) : null,
        Has(OutcomeField.Backlog) ? _backlog : null);

    private bool TryTake(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var field = OutcomeWords.Field(key);
        if (field == OutcomeField.None) return true;
        if (Has(field)) return false;
        _seen |= field;
        switch (field)
        {
            case OutcomeField.Pid: return TryNumber(value, 1, int.MaxValue, out Pid);
            case OutcomeField.FileDescriptor: return TryNumber(value, 0, int.MaxValue, out _fileDescriptor);
            case OutcomeField.Inode: return ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _inode);
            case OutcomeField.Port: return TryNumber(value, 0, ushort.MaxValue, out _port);
            case OutcomeField.Matched: return TryNumber(value, 0, 1, out _matched);
            case OutcomeField.ReusePort: return TryNumber(value, -1, 1, out _reusePort);
            case OutcomeField.ReuseAddress: return TryNumber(value, -1, 1, out _reuseAddress);
            case OutcomeField.Lines: return TryNumber(value, 1, int.MaxValue, out Lines);
            // listen(2) takes any int: the kernel judges a negative backlog.
            case OutcomeField.Backlog: return TryNumber(value, int.MinValue, int.MaxValue, out _backlog);
            case OutcomeField.Family:
                _family = value;
                return value.SequenceEqual("inet"u8) || value.SequenceEqual("inet6"u8);
            case OutcomeField.Type:
                _type = value;
                return OutcomeWords.IsWord(value);
            case OutcomeField.Address:
                _address = value;
                return !value.IsEmpty;
            case OutcomeField.Device:
                _device = value;
                return OutcomeWords.IsPrintable(value);
            case OutcomeField.Result:
                Result = value;
                return OutcomeWords.IsResult(value);
            case OutcomeField.Version:
                Version = value;
                return OutcomeWords.IsPrintable(value);
            default: return false;
        }
    }

    private static bool TryNumber(ReadOnlySpan<byte> value, int least, int most, out int number)
    {
        var style = least < 0 ? NumberStyles.AllowLeadingSign : NumberStyles.None;
        return int.TryParse(value, style, CultureInfo.InvariantCulture, out number) && number >= least && number <= most;
    }
}
