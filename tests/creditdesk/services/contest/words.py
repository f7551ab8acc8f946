"""Statement of the client who contests, and justification of the reviewer."""

from typing import Final

STATEMENT: Final = "I have repaid that loan: <b>here</b> is the certificate.\n\nأحمد"
JUSTIFICATION: Final = "The certificate is genuine; the loan was repaid in spring."
