using Reuseportd.Configuration.Text;

namespace Reuseportd.Control.Import.Programs;

internal enum Weight
{
    /// <summary>Imported, with another meaning; or without effect on what the program does.</summary>
    Note,

    /// <summary>Left out, and the service may need it.</summary>
    Missing,
}

/// <summary>A comment for the written file.</summary>
/// <param name="Key">Path of the key that the comment stands above, such as <c>restart</c>; empty for the service itself.</param>
internal sealed record Remark(Place Place, string Text, Weight Weight, string Key = "")
{
    /// <summary>The file and the line; the column says nothing to a reader of the written file.</summary>
    public string Where => Place.Line == 0 ? Place.File : string.Create(null, $"{Place.File}:{Place.Line}");
}
