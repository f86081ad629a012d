using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import;
using Tests.Shared;

namespace Tests.Import;

/// <summary>A case of <see cref="ImportCases"/>. The main file names the kind.</summary>
internal static class SampleCase
{
    public static (string Kind, string File, string Text, IReadOnlyDictionary<string, string> Files) Load(string name)
    {
        var files = ImportCases.FilesOf(name).ToDictionary(
            file => file, file => File.ReadAllText(Checkout.At($"{ImportCases.Folder}/{name}/{file}")));
        var main = ImportCases.MainOf(name);
        return (Kinds.Find(new SourceText(main, files[main], SourceRole.Services))!, main, files[main], files);
    }
}
