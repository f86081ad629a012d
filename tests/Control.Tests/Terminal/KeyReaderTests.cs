using System.Text;
using Reuseportd.Control.Terminal;

namespace Control.Tests.Terminal;

public sealed class KeyReaderTests
{
    [Theory]
    [InlineData("q", "q")]
    [InlineData("aé€", "a é €")]
    [InlineData("\r\n", "Enter Enter")]
    [InlineData("\x7f\b", "Erase Erase")]
    [InlineData("\x03\x1a\x0c", "Interrupt Suspend Redraw")]
    [InlineData("\e[A\e[B\e[C\e[D", "Up Down Right Left")]
    [InlineData("\eOA\eOB\eOH\eOF", "Up Down Home End")]
    [InlineData("\e[5~\e[6~\e[1~\e[4~\e[7~\e[8~\e[H\e[F", "PageUp PageDown Home End Home End Home End")]
    [InlineData("\e[1;5A", "Up")]
    [InlineData("\e[3~\e[200~\e[Z\eOP", "")]
    [InlineData("\x01\x15\t", "")]
    [InlineData("\eq", "Escape q")]
    [InlineData("\e\e[A", "Escape Up")]
    public void Read_Bytes_AreKeys(string bytes, string keys) =>
        Assert.Equal(keys, Text(new KeyReader().Read(Encoding.UTF8.GetBytes(bytes))));

    /// <summary>A slow line brings a sequence in pieces.</summary>
    [Theory]
    [InlineData("a\e[Bé\eOA\e[5~€q")]
    public void Read_BytesInTwoPieces_AreTheSameKeys(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var at = 0; at <= bytes.Length; at++)
        {
            var reader = new KeyReader();
            Assert.Equal("a Down é Up PageUp € q", Text([.. reader.Read(bytes.AsSpan(0, at)), .. reader.Read(bytes.AsSpan(at))]));
            Assert.False(reader.IsWaiting);
        }
    }

    [Theory]
    [InlineData("\e", "Escape")]
    [InlineData("\e[", "Escape [")]
    [InlineData("\e[1;", "Escape [ 1 ;")]
    [InlineData("\eO", "Escape O")]
    public void Flush_UnreadRest_BeginsWithTheEscapeKey(string bytes, string keys)
    {
        var reader = new KeyReader();
        Assert.Empty(reader.Read(Encoding.UTF8.GetBytes(bytes)));
        Assert.True(reader.IsWaiting);
        Assert.Equal(keys, Text(reader.Flush()));
        Assert.False(reader.IsWaiting);
    }

    [Fact]
    public void Read_AnyByte_IsNoError()
    {
        var reader = new KeyReader();
        for (var value = 0; value < 256; value++)
            Assert.DoesNotContain(reader.Read([(byte)value, (byte)'x']), key => char.IsControl(key.Letter) && key.Letter != '\0');
    }

    private static string Text(IEnumerable<Key> keys) =>
        string.Join(' ', keys.Select(key => key.Kind == KeyKind.Letter ? $"{key.Letter}" : $"{key.Kind}"));
}
