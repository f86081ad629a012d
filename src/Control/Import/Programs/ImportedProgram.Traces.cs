using Reuseportd.Configuration.Text;

namespace Reuseportd.Control.Import.Programs;

/// <content>Each key of a source becomes a setting or a remark, also if its value cannot be read.</content>
internal sealed partial class ImportedProgram
{
    private int handled;

    /// <summary>Settings and remarks so far; only changes count.</summary>
    private int Traces => handled + Remarks.Count + Ports.Count + DependsOn.Count;

    /// <summary>Reads one key of the source. A key without a trace becomes a remark, so that no reader can lose a key.</summary>
    /// <param name="shown">Key and value, for the remark.</param>
    public void Read(string shown, Place at, Action read)
    {
        var before = Traces;
        read();
        if (Traces == before) Missing(at, $"{Printable.Text(shown)} is left out");
    }

    /// <summary>A value by its parser. A value that cannot be read never becomes a default.</summary>
    /// <param name="shown">Key and value, for the remark.</param>
    /// <param name="key">Path of the key that the remark stands above.</param>
    /// <returns>Null after a remark.</returns>
    public T? Value<T>(string shown, string text, Func<string, T?> parse, Place at, string key = "")
        where T : struct
    {
        var value = parse(text);
        if (value is null) Missing(at, $"{Printable.Text(shown)} is left out: the value cannot be read", key);
        return value;
    }

    /// <summary>The key needs no setting and no remark: the daemon does the same without it.</summary>
    public void Same() => handled++;
}
